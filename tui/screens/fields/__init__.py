"""The fields and lists that dialogs are made of."""
