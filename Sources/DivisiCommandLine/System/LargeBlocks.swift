internal import CMalloc

/// From now on, blocks of a megabyte and more go back to the system as soon as they are freed.
///
/// Else glibc keeps what one section leaves, and the next one does not quite fit into it: a tenth
/// more memory, and twice the system time.
func giveLargeBlocksBack() { mallopt(M_MMAP_THRESHOLD, 1 << 20) }
