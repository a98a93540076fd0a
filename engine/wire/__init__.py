"""All that a screen may import: the messages, how they go over a stream, and the client."""
