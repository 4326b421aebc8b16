package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The numbered versions of the Gram matrix X Xᵀ in lab/, and the one that is used, against plain
 * loops. All of them add with one fused multiply-add after the other in the order of the columns,
 * so their bits are known too.
 */
final class LabTest {
  private static final int[] COLUMNS = {1, 3, 16, 17, 31, 129};

  enum Version {
    NAIVE("gram_1_naive", 256, 16),
    SHARED_TILE("gram_2_shared_tile", 1024, 32),
    REGISTER_TILE("gram_3_register_tile", 256, 128),
    VECTOR_LOADS("gram_4_vector_loads", 256, 128),
    ASYNC_COPIES("gram_5_async_copies", 256, 128),
    LOWER_TRIANGLE("gram_6_lower_triangle", 256, 128),
    USED("gemm_f32", 256, 128);

    private final String function;
    private final int threads;
    private final int edge;

    Version(String function, int threads, int edge) {
      this.function = function;
      this.threads = threads;
      this.edge = edge;
    }

    private long blocks(long n) {
      long tiles = (n + edge - 1) / edge;
      return this == LOWER_TRIANGLE || this == USED ? tiles * (tiles + 1) / 2 : tiles * tiles;
    }
  }

  @TempDir private static Path folder;

  private static EmulatedDevice open(Version version, long seed) {
    Path library = Path.of("target", "device", "test-emulation.so").toAbsolutePath();
    assumeTrue(Files.exists(library), "built without g++");
    if (version == Version.USED) {
      library = DeviceCode.extractEmulation(folder);
    }
    return new EmulatedDevice(library, 1 << 23, seed, 2);
  }

  /** Returns what a version makes of rows. */
  private static double[][] gram(EmulatedDevice device, Version version, double[][] rows) {
    long n = rows.length;
    long d = rows[0].length;
    TestMatrix x = TestMatrix.of(device, true, rows);
    TestMatrix k = TestMatrix.poisoned(device, true, rows.length, rows.length);
    List<Object> arguments =
        version == Version.USED
            ? List.of(
                n,
                n,
                d,
                1.0,
                x.address(),
                x.stride(),
                1L,
                x.address(),
                1L,
                x.stride(),
                0.0,
                k.address(),
                k.stride(),
                2L)
            : List.of(n, d, x.address(), x.stride(), k.address(), k.stride());
    device.launch(
        version.function,
        new long[] {version.blocks(n), 1, 1},
        version.threads,
        arguments.toArray());
    return k.read();
  }

  private static void check(String what, double[][] rows, double[][] got) {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows.length; j++) {
        double sum = 0;
        double size = 0;
        float chain = 0;
        for (int l = 0; l < rows[i].length; l++) {
          sum += rows[i][l] * rows[j][l];
          size += Math.abs(rows[i][l] * rows[j][l]);
          chain = Math.fma((float) rows[i][l], (float) rows[j][l], chain);
        }
        // One rounding for each column; a comparison that NaN fails.
        boolean near = Math.abs(got[i][j] - sum) <= rows[i].length * 0x1p-24 * size;
        if (!near || got[i][j] != chain) {
          throw new AssertionError(
              "%s: entry (%d, %d) is %s, in float64 %s, as a chain of fma %s"
                  .formatted(what, i, j, got[i][j], sum, chain));
        }
      }
    }
  }

  /** Rows lie three elements further apart than they are long: copies of 16 and of 4 bytes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 33, 127, 129, 257})
  void everyVersionIsTheProductOfTheRows(int n) {
    for (Version version : Version.values()) {
      try (EmulatedDevice device = open(version, n)) {
        for (int d : COLUMNS) {
          double[][] rows = TestMatrix.uniform(1000L * n + d, true, n, d);
          check("%s, %d×%d".formatted(version, n, d), rows, gram(device, version, rows));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOrderOfTheThreadsDoesNotMatter(Version version) {
    double[][] rows = TestMatrix.uniform(5, true, 131, 37);
    for (long seed = 0; seed < 6; seed++) {
      try (EmulatedDevice device = open(version, seed)) {
        check(version + ", seed " + seed, rows, gram(device, version, rows));
      }
    }
  }

  /** What the others are held against is itself held against entries worked out by hand. */
  @Test
  void aWrongEntryIsFound() {
    double[][] rows = {{1, 2}, {3, 4}};
    check("right", rows, new double[][] {{5, 11}, {11, 25}});
    assertThatThrownBy(() -> check("wrong", rows, new double[][] {{5, 11}, {Double.NaN, 25}}))
        .hasMessageContaining("entry (1, 0) is NaN");
  }
}
