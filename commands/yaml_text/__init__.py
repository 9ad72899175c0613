"""A YAML text that is given other data and keeps, of what stays the same, every byte: comments, layout, order, line ends.

    block     `Text.replaced`: the text with other data, down to where its keys have no lines of their own
    comments  what is said beside the data
    flow      what is within a line, { } or [ ]
    layout    how a value that is new is written
    leads     what separates the entries of a mapping
    lines     where lines begin

libyaml says where each value begins and ends, and only what differs is written anew, between what stands. A library that reads a
text into objects and writes all of it again does not keep as much: with ruamel.yaml 0.19 the comment above a removed key was seen
to stay behind, above the next one, and a comment within { } to vanish.

Which comment belongs to what: one behind a value to it; one above a key to that key; one that is indented further than
the next key to what stands above it. Comments behind the last key of a mapping, at its column, are the mapping's and stay last;
those behind the last item of a list likewise.
"""
