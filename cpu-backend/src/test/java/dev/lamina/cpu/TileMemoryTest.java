package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class TileMemoryTest {

  @Test
  void isKeptUntilMoreIsNeededAndNotShared() {
    TileMemory memory = new TileMemory(2);
    MemorySegment first = memory.of(0, 1000);
    assertThat(first.byteSize()).isEqualTo(1000);
    assertThat(first.address() % 64).isZero();
    assertThat(memory.of(0, 1000)).isSameAs(first);
    assertThat(memory.of(0, 10)).isSameAs(first);
    assertThat(memory.of(1, 1000).asOverlappingSlice(first)).isEmpty();
    assertThat(memory.of(0, 1001).byteSize()).isEqualTo(1001);
    assertThat(memory.of(0, 1000).byteSize()).isEqualTo(1001);
  }

  @Test
  void whatEarlierOperationsLeftDoesNotMatter() {
    try (Workers workers = new Workers(2)) {
      GramOps used = new CpuGramOps(workers, new MemoryBudget(1 << 24));
      double[][] expected = matrix(new CpuGramOps(workers, new MemoryBudget(1 << 24)), 300, 1);
      for (int n : new int[] {5, 300, 40, 600}) {
        matrix(used, n, 1e30);
      }
      assertThat(matrix(used, 300, 1)).isEqualTo(expected);
    }
  }

  private static double[][] matrix(GramOps ops, int n, double scale) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(n);
    DType type = scale == 1 ? DType.FLOAT32 : DType.FLOAT64;
    try (HostMatrix x = HostMatrix.allocate(type, n, 7);
        HostMatrix k = HostMatrix.allocate(type, n, n)) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < 7; j++) {
          x.set(i, j, scale * (random.nextDouble() - 0.3));
        }
      }
      ops.compute(Kernel.parse("ntk(depth=3)"), x, x, k);
      return k.toArray();
    }
  }
}
