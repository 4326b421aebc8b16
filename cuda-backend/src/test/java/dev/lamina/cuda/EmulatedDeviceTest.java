package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.DeviceMemoryException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small devices, reused memory, other orders of work: none of it may change a bit. */
class EmulatedDeviceTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();
  private static final long ROOMY = 64L << 20;
  private static final long SMALL = 2L << 20;
  private static final Kernel KERNEL = Kernel.parse("ntk(depth=2, biasVariance=0.1)");

  @BeforeAll
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void requireEmulation() {
    if (new EmulatedBackendProvider(SMALL, 1, 0).probe(CONFIG)
        instanceof Availability.Unavailable why) {
      System.out.println("SKIPPED: " + why.detail());
      Assumptions.abort(why.detail());
    }
  }

  private static Backend open(long memory, long seed, long kept) {
    return new EmulatedBackendProvider(memory, seed, kept).open(CONFIG);
  }

  static HostMatrix random(DType dtype, int rows, int cols, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextDouble() - 0.5);
      }
    }
    return m;
  }

  /** What operations on host matrices of 600 rows (2.9 MB in float64) give. */
  private static List<double[][]> results(Backend backend, DType dtype) {
    List<double[][]> results = new ArrayList<>();
    int n = 600;
    try (HostMatrix x = random(dtype, n, 20, 1);
        HostMatrix v = random(dtype, n, 2, 2);
        HostMatrix k = HostMatrix.allocate(dtype, n, n);
        HostMatrix product = HostMatrix.allocate(dtype, n, 2);
        HostMatrix one = HostMatrix.allocate(dtype, 1, 1)) {
      backend.gram().compute(KERNEL, x, x, k);
      results.add(k.toArray());
      backend.gram().gemm(k, false, v, false, 1, 0, product);
      results.add(product.toArray());
      backend.solve().cholesky(k, Jitter.DEFAULT);
      backend.solve().solve(k, v);
      results.add(v.toArray());
      one.set(0, 0, backend.gram().dot(v, v));
      results.add(one.toArray());
      backend.solve().inverse(k);
      results.add(k.toArray());
    }
    return results;
  }

  private static void requireClose(List<double[][]> got, List<double[][]> want, DType dtype) {
    // Sums over tiles of another size: a few roundings of the largest entry, which the condition
    // of the kernel matrix (about 1e5) magnifies in what is solved with it.
    for (int r = 0; r < want.size(); r++) {
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < want.get(r).length; i++) {
        for (int j = 0; j < want.get(r)[i].length; j++) {
          largest = Math.max(largest, Math.abs(want.get(r)[i][j]));
          difference = Math.max(difference, Math.abs(got.get(r)[i][j] - want.get(r)[i][j]));
        }
      }
      double allowed = (r < 2 ? 100 : 1e7) * dtype.unitRoundoff() * largest;
      assertThat(difference).as("result " + r).isLessThanOrEqualTo(allowed);
    }
  }

  @Test
  void matricesLargerThanTheDeviceStreamByTiles() {
    try (Backend roomy = open(ROOMY, 1, 0);
        Backend small = open(SMALL, 1, 0)) {
      requireClose(results(small, DType.FLOAT64), results(roomy, DType.FLOAT64), DType.FLOAT64);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void orderOfWorkAndReuseOfMemoryChangeNoBit(DType dtype) {
    List<double[][]> want;
    try (Backend backend = open(ROOMY, 1, 0)) {
      want = results(backend, dtype);
    }
    try (Backend backend = open(ROOMY, 2, 8 << 20)) {
      List<double[][]> got = results(backend, dtype);
      for (int r = 0; r < want.size(); r++) {
        assertThat(Arrays.deepEquals(got.get(r), want.get(r))).as("result " + r).isTrue();
      }
    }
  }

  @Test
  void tooLargeAMatrixNamesSizesAndRemedy() {
    try (Backend backend = open(SMALL, 1, 0)) {
      assertThatThrownBy(() -> backend.allocate(DType.FLOAT64, 1024, 1024))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageStartingWith("a 1024×1024 FLOAT64 matrix needs 8 MiB of device memory but ")
          .hasMessageContaining("of 2 MiB are free; close device matrices");
      try (DeviceMatrix fits = backend.allocate(DType.FLOAT64, 100, 100)) {
        assertThat(fits.backend()).isEqualTo("cuda (emulated)");
        assertThat(backend.device().name()).isEqualTo("cuda (emulated)");
      }
    }
  }

  @Test
  void matricesOfOthersAndClosedOnesAreRefused() {
    try (Backend backend = open(SMALL, 1, 0);
        Backend other = open(SMALL, 1, 0);
        HostMatrix host = random(DType.FLOAT32, 3, 3, 1)) {
      DeviceMatrix theirs = other.upload(host);
      assertThatThrownBy(() -> backend.download(theirs, host))
          .hasMessageContaining(
              "needs host matrices or its own but has a 3×3 float32 matrix of another one");
      DeviceMatrix view = theirs.rows(0, 2);
      theirs.close();
      theirs.close();
      assertThatThrownBy(() -> other.download(view, host.rows(0, 2)))
          .hasMessageContaining("is closed");
    }
  }

  @Test
  void openingAndClosingLeavesNothingBehind() {
    for (int i = 0; i < 100; i++) {
      Backend backend = open(SMALL, i, 0);
      DeviceMatrix left = backend.allocate(DType.FLOAT32, 10, 10);
      backend.close();
      backend.close();
      assertThatThrownBy(backend::synchronize).hasMessageContaining("is closed");
      left.close();
    }
  }

  @Test
  void twoBackendsWorkInTwoThreads() throws InterruptedException {
    double[][] want = kernel(1);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      long seed = 5L + t;
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, e) -> failures.add(e))
              .start(() -> {
                for (int i = 0; i < 5; i++) {
                  assertThat(Arrays.deepEquals(kernel(seed), want)).isTrue();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private static double[][] kernel(long seed) {
    try (Backend backend = open(SMALL, seed, 0);
        HostMatrix x = random(DType.FLOAT32, 90, 7, 1);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT32, 90, 90)) {
      backend.gram().compute(KERNEL, x, x, k);
      return k.toArray();
    }
  }
}
