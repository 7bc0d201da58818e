"""Placeholder of the room; its owner replaces this line."""
