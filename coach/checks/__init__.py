"""Checks of flows together with their templates."""
