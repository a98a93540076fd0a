"""Files written whole or not at all, private ones, small ones, and their digests."""
