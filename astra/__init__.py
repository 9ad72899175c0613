"""Astra DB as plain functions over plain data. Knows neither Pulumi nor where its users keep their files.

Imports point down only: devops and data_api on top, then http, environment, validation and
definition, catalog and changes, and errors at the bottom. ARCHITECTURE.md has the picture.
"""
