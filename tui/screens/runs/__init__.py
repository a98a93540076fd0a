"""The dialogs of a lab's runs: which there are, and how another begins."""
