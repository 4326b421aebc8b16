package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability;
import dev.lamina.backend.DeviceMemoryException;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which products layers use, and what they do on devices that are too small. */
class CudaLayerOpsTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();
  private static final long ROOMY = 64L << 20;
  private static final long SMALL = 1L << 20;

  /** Stands for cuBLAS: our own products, counted. */
  private static final class CountingLibrary implements DeviceBlas {
    private final OwnBlas own;
    private int products;

    CountingLibrary(DeviceContext context) {
      own = new OwnBlas(context);
    }

    @Override
    public String description() {
      return "a library";
    }

    @Override
    public void gemm(
        DeviceBlock a,
        boolean transposeA,
        DeviceBlock b,
        boolean transposeB,
        double alpha,
        double beta,
        DeviceBlock out) {
      products++;
      own.gemm(a, transposeA, b, transposeB, alpha, beta, out);
    }

    @Override
    public void close() {}
  }

  @BeforeAll
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void requireEmulation() {
    if (provider(SMALL, 1, 0).probe(CONFIG) instanceof Availability.Unavailable why) {
      System.out.println("SKIPPED: " + why.detail());
      Assumptions.abort(why.detail());
    }
  }

  private static EmulatedBackendProvider provider(long memory, long seed, long kept) {
    return new EmulatedBackendProvider(memory, seed, kept);
  }

  /** Forward and backward of one layer, all matrices on the host or all on the device. */
  private static List<double[][]> layer(
      DeviceContext context, LayerOps ops, DType dtype, Activation activation, boolean onDevice) {
    List<HostMatrix> host = new ArrayList<>();
    List<Matrix> placed = new ArrayList<>();
    int[][] shapes = {
      {150, 90}, {70, 90}, {1, 70}, {150, 70}, {150, 70}, {150, 70}, {70, 90}, {1, 70}, {150, 90}
    };
    for (int i = 0; i < shapes.length; i++) {
      host.add(EmulatedDeviceTest.random(dtype, shapes[i][0], shapes[i][1], 30 + i));
    }
    try {
      for (HostMatrix m : host) {
        if (onDevice) {
          CudaMatrix on = context.allocate(dtype, m.rows(), m.cols());
          placed.add(on);
          try (var _ = context.turn()) {
            context.upload(m, on.block());
          }
        } else {
          placed.add(m);
        }
      }
      DenseParameters parameters =
          new DenseParameters(placed.get(1), Optional.of(placed.get(2)), activation);
      DenseGradient gradient = new DenseGradient(placed.get(6), Optional.of(placed.get(7)));
      ops.forward(parameters, placed.get(0), placed.get(3), placed.get(4));
      ops.backward(
          parameters, placed.get(0), placed.get(3), placed.get(5), gradient, placed.get(8));
      ops.forward(parameters, placed.get(0), placed.get(4), placed.get(4)); // in place
      List<double[][]> results = new ArrayList<>();
      for (int i = 0; i < host.size(); i++) {
        if (placed.get(i) instanceof CudaMatrix on) {
          try (var _ = context.turn()) {
            context.download(on.block(), host.get(i));
          }
        }
        results.add(host.get(i).toArray());
      }
      return results;
    } finally {
      placed.forEach(Matrix::close);
      host.forEach(HostMatrix::close);
    }
  }

  private static void requireSameBits(List<double[][]> got, List<double[][]> want) {
    for (int i = 0; i < want.size(); i++) {
      assertThat(Arrays.deepEquals(got.get(i), want.get(i))).as("matrix %d", i).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void matricesOnTheDeviceGoThroughTheLibraryAndHostMatricesDoNot(DType dtype) {
    for (String text : List.of("relu", "identity", "hermite(coefficients=[0.1, 0.7, 0.2])")) {
      Activation activation = Activation.parse(text);
      try (DeviceContext context = provider(ROOMY, 1, 0).openContext(CONFIG)) {
        CountingLibrary library = new CountingLibrary(context);
        LayerOps withLibrary = new CudaLayerOps(context, library);
        LayerOps alone = new CudaLayerOps(context, new OwnBlas(context));
        List<double[][]> want = layer(context, alone, dtype, activation, true);
        requireSameBits(layer(context, withLibrary, dtype, activation, false), want);
        assertThat(library.products).as("with host matrices").isZero();
        // Our products sum in the order of our tiles, so the other way must give the same bits.
        requireSameBits(layer(context, withLibrary, dtype, activation, true), want);
        assertThat(library.products).as("two forward, dW and dx").isEqualTo(4);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void sizeOfTheDeviceOrderOfWorkAndReuseOfMemoryChangeNoBit(DType dtype) {
    Activation activation = Activation.parse("tanh");
    List<double[][]> want;
    try (DeviceContext context = provider(ROOMY, 1, 0).openContext(CONFIG)) {
      LayerOps ops = new CudaLayerOps(context, new OwnBlas(context));
      want = layer(context, ops, dtype, activation, false);
    }
    LaminaConfig tight = CONFIG.withMemoryBudget(120_000);
    for (EmulatedBackendProvider other :
        List.of(provider(200 << 10, 7, 0), provider(ROOMY, 2, 8 << 20))) {
      for (LaminaConfig config : List.of(CONFIG, tight)) {
        try (DeviceContext context = other.openContext(config)) {
          LayerOps ops = new CudaLayerOps(context, new OwnBlas(context));
          requireSameBits(layer(context, ops, dtype, activation, false), want);
          assertThat(context.budget().available()).isEqualTo(config.memoryBudget());
        }
      }
    }
  }

  /** Sums are never cut: eight rows of each factor must fit. */
  @Test
  void whatDoesNotFitEvenByTilesIsAnErrorThatNamesTheOperation() {
    try (HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT64, 9, 20_000, 1);
        HostMatrix w = EmulatedDeviceTest.random(DType.FLOAT64, 9, 20_000, 2);
        HostMatrix z = HostMatrix.allocate(DType.FLOAT64, 9, 9)) {
      DenseParameters layer = new DenseParameters(w, Optional.empty(), Activation.RELU);
      try (DeviceContext context = provider(SMALL, 1, 0).openContext(CONFIG)) {
        LayerOps ops = new CudaLayerOps(context, new OwnBlas(context));
        assertThatThrownBy(() -> ops.forward(layer, x, z, z))
            .isInstanceOf(DeviceMemoryException.class)
            .hasMessageStartingWith("forward: tiles of 8×8");
      }
      LaminaConfig tight = CONFIG.withMemoryBudget(100_000);
      try (DeviceContext context = provider(ROOMY, 1, 0).openContext(tight)) {
        LayerOps ops = new CudaLayerOps(context, new OwnBlas(context));
        assertThatThrownBy(() -> ops.forward(layer, x, z, z))
            .isInstanceOf(MemoryBudgetException.class)
            .hasMessageStartingWith("forward: tiles of 8×8");
        assertThat(context.budget().available()).isEqualTo(100_000);
      }
      assertThat(z.toArray()).isDeepEqualTo(new double[9][9]);
    }
  }

  @Test
  void rowsAreGatheredWhereverTheyLieInAsManyStepsAsItTakes() {
    int[] order = new int[500];
    Arrays.setAll(order, i -> i * 37 % 100);
    LaminaConfig tight = CONFIG.withMemoryBudget(16_000);
    try (DeviceContext context = provider(ROOMY, 1, 0).openContext(tight);
        HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT32, 100, 30, 1);
        HostMatrix out = HostMatrix.allocate(DType.FLOAT32, 500, 30);
        CudaMatrix dx = context.allocate(DType.FLOAT32, 100, 30);
        CudaMatrix dOut = context.allocate(DType.FLOAT32, 500, 30)) {
      double[][] want = new double[500][];
      Arrays.setAll(want, i -> x.toArray()[order[i]]);
      try (var _ = context.turn()) {
        context.upload(x, dx.block());
      }
      LayerOps ops = new CudaLayerOps(context, new OwnBlas(context));
      for (Matrix from : List.of(x, dx)) {
        out.fill(Double.NaN);
        ops.gatherRows(from, order, 0, out);
        assertThat(out.toArray()).isDeepEqualTo(want);
        out.fill(Double.NaN);
        ops.gatherRows(from, order, 0, dOut);
        try (var _ = context.turn()) {
          context.download(dOut.block(), out);
        }
        assertThat(out.toArray()).isDeepEqualTo(want);
      }
    }
  }
}
