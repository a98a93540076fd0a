"""How a lab is written to a file and read from it, and when it saves itself."""
