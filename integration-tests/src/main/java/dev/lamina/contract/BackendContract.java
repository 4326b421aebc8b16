package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What all contracts share: one backend, one element type, and a matrix at hand.
 *
 * <p>A backend's tests are subclasses of the contracts that say how the backend is opened, usually
 * by {@link ContractBackends#open}. Every test leaves as much memory of host matrices open as it
 * found.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({ContractCount.class, LeakCheck.class})
public abstract class BackendContract {
  private final String name;
  private final DType dtype;
  private Backend backend;

  /**
   * Creates the tests.
   *
   * @param name the backend's name for the printed count, such as {@code cpu}; empty if its tests
   *     are not to be counted
   * @param dtype element type of the matrices
   */
  protected BackendContract(String name, DType dtype) {
    this.name = name;
    this.dtype = dtype;
  }

  /**
   * Opens the backend under test; the contract closes it.
   *
   * @param config the settings that a test asks for
   */
  protected abstract Backend open(LaminaConfig config);

  @BeforeAll
  final void openBackend() {
    backend = open(LaminaConfig.defaults());
  }

  @AfterAll
  final void closeBackend() {
    if (backend != null) {
      backend.close();
    }
  }

  /** Returns the backend with default settings. */
  final Backend backend() {
    return backend;
  }

  /** Returns the element type. */
  final DType dtype() {
    return dtype;
  }

  /** Returns the tolerance for sums of {@code d} terms. */
  final Tolerance tolerance(long d) {
    return new Tolerance(dtype, d);
  }

  /**
   * Returns backend and element type as they are printed, {@code cpu float32}; empty if uncounted.
   */
  final String label() {
    return name.isEmpty() ? "" : name + (dtype == DType.FLOAT32 ? " float32" : " float64");
  }

  /** Places numbers on the host. */
  final Placed host(double[][] values) {
    return Placed.of(backend, Placement.HOST, dtype, values);
  }

  /** Places an output full of NaN on the host. */
  final Placed poisoned(int rows, int cols) {
    return Placed.poisoned(backend, Placement.HOST, dtype, rows, cols);
  }
}
