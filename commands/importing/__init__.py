"""What `vectorize import` does.

stack        the stack that takes what stands, made where it does not exist yet
selecting    the databases that are meant, and what of them is declared already
taking_over  an import from its beginning to its end
new_file     the text of an environment file that is new
report       what was found and done, as text and as JSON
"""
