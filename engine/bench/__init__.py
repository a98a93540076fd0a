"""What `makemore-tui bench` measures, and the plain loops it measures against."""
