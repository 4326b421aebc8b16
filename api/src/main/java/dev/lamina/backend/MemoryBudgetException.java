package dev.lamina.backend;

import dev.lamina.config.ByteSizes;

/** Thrown when an operation's smallest plan needs more temporary memory than the budget allows. */
public final class MemoryBudgetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param what the operation and what it needs the memory for
   * @param asked bytes needed at least
   * @param available bytes that are left of the budget
   * @param limit the budget in bytes
   */
  public MemoryBudgetException(String what, long asked, long available, long limit) {
    super(
        "%s needs %s but only %s of the memory budget of %s are left; raise lamina.memory-budget"
            .formatted(
                what,
                ByteSizes.rounded(asked),
                ByteSizes.rounded(available),
                ByteSizes.rounded(limit)));
  }
}
