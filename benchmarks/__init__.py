"""How good and how fast the engine is: measured by command, never guessed."""
