package dev.lamina.matrix;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/** Who frees a host matrix's memory: nobody (borrowed) or the matrix through its arena. */
final class Ownership {
  static final Ownership BORROWED = new Ownership(null, 0);

  private final Arena arena;
  private final long bytes;
  private final AtomicBoolean released = new AtomicBoolean();

  private Ownership(Arena arena, long bytes) {
    this.arena = arena;
    this.bytes = bytes;
  }

  /** Takes over an arena whose memory of {@code bytes} is released on close. */
  static Ownership of(Arena arena, long bytes) {
    Ownership ownership = new Ownership(arena, bytes);
    OpenMatrices.opened(ownership, bytes);
    return ownership;
  }

  void release() {
    if (arena != null && released.compareAndSet(false, true)) {
      OpenMatrices.closed(this, bytes);
      arena.close();
    }
  }
}
