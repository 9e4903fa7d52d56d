"""What contributors run by hand or through npm; no part of the product."""
