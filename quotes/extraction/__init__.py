"""The engine: text in, quotes, speakers and corrections out. No Django, no network."""
