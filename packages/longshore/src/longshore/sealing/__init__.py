"""Payloads that only who holds a key can read: arguments, results, and the words of errors."""
