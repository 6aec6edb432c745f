"""Trains and serves the local models of Reverie."""
