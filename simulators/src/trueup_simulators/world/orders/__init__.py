"""Orders of the shop: drawn a day at once as columns, shown one by one at an instant."""
