"""A lab as a file, and when a lab saves itself."""
