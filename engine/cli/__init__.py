"""The command line without a screen: what its commands share."""
