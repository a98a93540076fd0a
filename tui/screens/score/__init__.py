"""The dialog that scores words."""
