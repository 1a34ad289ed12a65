"""The only queries of the service: everything that is asked of the database is asked here."""
