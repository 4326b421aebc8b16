package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.opentest4j.TestAbortedException;

/** The kit itself: it must fail backends that are wrong, and say when there is none. */
class ContractKitTest {
  private static final String FLAW = "flaw";

  /** The broken backends are the cpu backend with a flaw. */
  @BeforeAll
  static void requireBackend() {
    ContractBackends.open(BackendId.CPU, LaminaConfig.defaults()).close();
  }

  @ParameterizedTest
  @EnumSource
  void aFlawIsNoticed(Flaw flaw) {
    assertThat(run(flaw, flaw.name()).failed().count()).as("failures").isPositive();
  }

  /** The same tests pass when nothing is wrong; those of real backends show it for all others. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "WRONG_ENTRY",
        "DEPTHS_SWAPPED",
        "ANGLE_FROM_COSINE",
        "DOT_IN_FLOAT32",
        "DIAGONAL_RULE_FORGOTTEN",
        "DIAGONAL_REPLACED",
        "SHAPES_UNCHECKED",
        "TINY_BUDGET_IGNORED",
        "JITTER_UNREPORTED",
        "CONVERGENCE_CLAIMED",
        "SLOPE_AT_KINK",
        "BEND_FORGOTTEN",
        "RUNNING_VARIANCE_BIASED",
        "NESTEROV_IGNORED",
        "LAYER_BITS_DEPEND_ON_THREADS"
      })
  void aBackendWithoutAFlawPasses(Flaw flaw) {
    Events events = run(flaw, "");
    assertThat(events.failed().count()).as("failures").isZero();
    assertThat(events.succeeded().count()).as("tests").isPositive();
  }

  private static Events run(Flaw flaw, String broken) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter(FLAW, broken)
        .selectors(flaw.select(BROKEN.get(flaw.contract())))
        .execute()
        .testEvents();
  }

  private static final Map<Class<?>, Class<?>> BROKEN =
      Map.ofEntries(
          Map.entry(KernelMatrixContract.class, KernelMatrices.class),
          Map.entry(NeuralContract.class, Neural.class),
          Map.entry(AngleContract.class, Angles.class),
          Map.entry(ProductContract.class, Products.class),
          Map.entry(WideLayerContract.class, WideLayers.class),
          Map.entry(StoredKernelContract.class, StoredKernels.class),
          Map.entry(InputContract.class, Input.class),
          Map.entry(ResourceContract.class, Resources.class),
          Map.entry(SolveContract.class, Solving.class),
          Map.entry(EigenContract.class, Eigenvalues.class),
          Map.entry(IterationContract.class, Iteration.class),
          Map.entry(DenseContract.class, Dense.class),
          Map.entry(TangentContract.class, Tangents.class),
          Map.entry(NormContract.class, Norms.class),
          Map.entry(UpdateContract.class, Updates.class),
          Map.entry(LayerResourceContract.class, LayerResources.class));

  /** Hands the flaw of a run to the constructors of the broken contracts. */
  static final class FlawOfRun implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Broken.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      String name = context.getConfigurationParameter(FLAW).orElse("");
      return new Broken(name.isEmpty() ? null : Flaw.valueOf(name));
    }
  }

  /** How broken backends are opened. */
  record Broken(Flaw flaw) {
    Backend open(LaminaConfig config) {
      return BrokenBackend.open(config, flaw);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class KernelMatrices extends KernelMatrixContract {
    private final Broken broken;

    KernelMatrices(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Neural extends NeuralContract {
    private final Broken broken;

    Neural(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Angles extends AngleContract {
    private final Broken broken;

    Angles(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Products extends ProductContract {
    private final Broken broken;

    Products(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class WideLayers extends WideLayerContract {
    private final Broken broken;

    WideLayers(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class StoredKernels extends StoredKernelContract {
    private final Broken broken;

    StoredKernels(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Input extends InputContract {
    private final Broken broken;

    Input(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Resources extends ResourceContract {
    private final Broken broken;

    Resources(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Solving extends SolveContract {
    private final Broken broken;

    Solving(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Eigenvalues extends EigenContract {
    private final Broken broken;

    Eigenvalues(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Iteration extends IterationContract {
    private final Broken broken;

    Iteration(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Dense extends DenseContract {
    private final Broken broken;

    Dense(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Tangents extends TangentContract {
    private final Broken broken;

    Tangents(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Norms extends NormContract {
    private final Broken broken;

    Norms(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class Updates extends UpdateContract {
    private final Broken broken;

    Updates(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @ExtendWith(FlawOfRun.class)
  static final class LayerResources extends LayerResourceContract {
    private final Broken broken;

    LayerResources(Broken broken) {
      super("", DType.FLOAT32);
      this.broken = broken;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return broken.open(config);
    }
  }

  @Test
  void anAbsentBackendIsSkippedUnlessItIsRequired() {
    Throwable cause = new UnsatisfiedLinkError("libcuda.so.1");
    Availability.Unavailable why =
        new Availability.Unavailable(
            Reason.DRIVER, "libcuda.so.1 not found", "install a driver", Optional.of(cause));
    for (String required : new String[] {"", "cpu"}) {
      assertThatThrownBy(() -> ContractBackends.skipOrFail(required, BackendId.CUDA, why))
          .isInstanceOf(TestAbortedException.class)
          .hasMessageContainingAll("cuda", "driver", "libcuda.so.1 not found", "install a driver");
    }
    for (String required : new String[] {"cuda", "cpu,cuda"}) {
      assertThatThrownBy(() -> ContractBackends.skipOrFail(required, BackendId.CUDA, why))
          .isInstanceOf(AssertionError.class)
          .hasMessageContainingAll("libcuda.so.1 not found", "-Dlamina.test.require=" + required)
          .hasCause(cause);
    }
  }

  @Test
  void toleranceGrowsWithLengthAndScaleAndNeverTakesNaN() {
    Tolerance t = new Tolerance(DType.FLOAT32, 4);
    double u = 0x1p-24;
    assertThat(t.bound(0, 1)).isEqualTo(32 * u + Float.MIN_NORMAL);
    assertThat(t.bound(3, 1)).isEqualTo(35 * u + Float.MIN_NORMAL);
    assertThat(t.accepts(1 + 30 * u, 1, 1)).isTrue();
    assertThat(t.accepts(1 + 34 * u, 1, 1)).isFalse();
    assertThat(t.accepts(Double.NaN, 1, 1)).isFalse();
    assertThat(t.accepts(1, Double.NaN, 1)).isFalse();
    assertThat(new Tolerance(DType.FLOAT64, 4).accepts(1 + 30 * u, 1, 1)).isFalse();
  }
}
