package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * All contracts of one backend with one element type. A backend under test is a subclass that says
 * how it is opened:
 *
 * <pre>{@code
 * class CpuFloat32Test extends BackendContracts {
 *   CpuFloat32Test() {
 *     super("cpu", DType.FLOAT32);
 *   }
 *
 *   @Override
 *   protected Backend open(LaminaConfig config) {
 *     return ContractBackends.open(BackendId.CPU, config);
 *   }
 * }
 * }</pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContracts {
  private final String name;
  private final DType dtype;

  /**
   * Creates the tests.
   *
   * @param name the backend's name for the printed count, such as {@code cpu}
   * @param dtype element type of the matrices
   */
  protected BackendContracts(String name, DType dtype) {
    this.name = name;
    this.dtype = dtype;
  }

  /**
   * Opens the backend under test; the contracts close it.
   *
   * @param config the settings that a test asks for
   */
  protected abstract Backend open(LaminaConfig config);

  /** Skips all contracts at once, or fails, if there is no such backend. */
  @BeforeAll
  final void requireBackend() {
    open(LaminaConfig.defaults()).close();
  }

  @Nested
  final class KernelMatrices extends KernelMatrixContract {
    KernelMatrices() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Neural extends NeuralContract {
    Neural() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Angles extends AngleContract {
    Angles() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Products extends ProductContract {
    Products() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class WideLayers extends WideLayerContract {
    WideLayers() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class StoredKernels extends StoredKernelContract {
    StoredKernels() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Input extends InputContract {
    Input() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Resources extends ResourceContract {
    Resources() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Solving extends SolveContract {
    Solving() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Eigenvalues extends EigenContract {
    Eigenvalues() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Iteration extends IterationContract {
    Iteration() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Dense extends DenseContract {
    Dense() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Tangents extends TangentContract {
    Tangents() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Norms extends NormContract {
    Norms() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class Updates extends UpdateContract {
    Updates() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }

  @Nested
  final class LayerResources extends LayerResourceContract {
    LayerResources() {
      super(name, dtype);
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return BackendContracts.this.open(config);
    }
  }
}
