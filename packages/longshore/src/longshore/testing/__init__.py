"""Fakes and servers for tests, Longshore's own and its users'."""
