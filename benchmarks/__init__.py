"""How good and how fast the engine and the API are: measured by command, never guessed."""
