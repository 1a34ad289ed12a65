"""A mentor-student internship matching engine for Big Picture Learning schools."""

__version__ = "0.1.0"
