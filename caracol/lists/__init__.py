"""Lists people live in: columns, views, exports, bulk acts and cells to edit, once for all."""
