package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.NaiveKernels.Entry;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.TileListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backend owes in threads and memory: the same bits, and never more than its budget. */
public abstract class ResourceContract extends BackendContract {
  private static final long SMALL_BUDGET = 2L << 20;
  private static final int N = 700;
  private static final int D = 100;
  private static final int FEW = 60;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected ResourceContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** What one backend made of one set of inputs. */
  private record Results(List<double[][]> matrices, double dot, long peak, long limit) {}

  /** Runs every operation on matrices that do not fit into the small budget. */
  private Results run(LaminaConfig config) {
    List<double[][]> results = new ArrayList<>();
    double[][] x = Inputs.rows(1, dtype(), N, D);
    double[][] z = Inputs.rows(2, dtype(), N / 3, D);
    try (Backend b = open(config);
        Placed px = place(b, x);
        Placed pz = place(b, z);
        Placed v = place(b, Inputs.rows(3, dtype(), N, 3));
        Placed square = poison(b, N, N);
        Placed other = poison(b, N, N);
        Placed oblong = poison(b, N, N / 3);
        Placed column = poison(b, N, 3);
        Placed single = poison(b, N, 1);
        Placed few = place(b, Inputs.rows(4, dtype(), FEW, FEW))) {
      b.budget().resetPeak();
      Kernel ntk = Kernel.parse("ntk(depth=3, biasVariance=0.1)");
      b.gram().compute(ntk, px.matrix(), px.matrix(), square.matrix());
      results.add(square.read());
      b.gram().compute(ntk, px.matrix(), pz.matrix(), oblong.matrix());
      results.add(oblong.read());
      b.gram().compute(ntk, px.matrix(), px.matrix(), square.matrix(), other.matrix());
      results.add(other.read());
      NeuralKernels both = NeuralKernels.of(NeuralContract.network("ntk(depth=2)"));
      List<Matrix> nngp = List.of(square.matrix());
      b.gram().compute(both, px.matrix(), px.matrix(), nngp, List.of(other.matrix()));
      results.add(square.read());
      results.add(other.read());
      Kernel gaussian = new Kernel.Gaussian(10);
      b.gram().multiply(gaussian, px.matrix(), px.matrix(), v.matrix(), column.matrix());
      results.add(column.read());
      b.gram().diagonal(ntk, px.matrix(), single.matrix());
      results.add(single.read());
      b.gram().rowNorms(px.matrix(), single.matrix());
      results.add(single.read());
      b.gram().rowProducts(px.matrix(), 1, 0, square.matrix());
      results.add(square.read());
      b.gram().gemm(px.matrix(), false, pz.matrix(), true, 1, 0, oblong.matrix());
      results.add(oblong.read());
      b.gram().centre(square.matrix());
      results.add(square.read());
      b.gram().hadamard(other.matrix(), square.matrix());
      results.add(square.read());
      Matrix gradients = px.matrix().rows(0, 3 * FEW);
      List<Matrix> layers = List.of(gradients, px.matrix().rows(FEW, 4 * FEW));
      results.add(
          new double[][] {b.gram().hadamardNorms(layers, List.of(few.matrix(), few.matrix()))});
      double dot = b.gram().dot(square.matrix(), other.matrix());
      b.synchronize();
      return new Results(results, dot, b.budget().peak(), b.budget().limit());
    }
  }

  private Placed place(Backend b, double[][] values) {
    return Placed.of(b, Placement.HOST, dtype(), values);
  }

  private Placed poison(Backend b, int rows, int cols) {
    return Placed.poisoned(b, Placement.HOST, dtype(), rows, cols);
  }

  @Test
  final void threadsDoNotChangeABit() {
    Results one = run(LaminaConfig.defaults().withCpuThreads(1));
    for (int threads : new int[] {2, 3}) {
      requireSame(threads + " threads", run(LaminaConfig.defaults().withCpuThreads(threads)), one);
    }
  }

  /** With more threads than processors, tiles are done in another order in every run. */
  @Test
  final void runsDoNotDifferInABit() {
    LaminaConfig config = LaminaConfig.defaults().withCpuThreads(3);
    LaminaConfig tight = config.withMemoryBudget(SMALL_BUDGET);
    Results first = run(config);
    Results firstTight = run(tight);
    for (int i = 0; i < 3; i++) {
      requireSame("run " + i, run(config), first);
      requireSame("run within 2 MiB " + i, run(tight), firstTight);
    }
  }

  private static void requireSame(String what, Results got, Results want) {
    for (int i = 0; i < want.matrices().size(); i++) {
      Comparison.requireSame(what + ", result " + i, got.matrices().get(i), want.matrices().get(i));
    }
    assertThat(got.dot()).as(what + ", dot").isEqualTo(want.dot());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  final void aSmallBudgetIsKeptAndChangesNothing(int threads) {
    LaminaConfig config = LaminaConfig.defaults().withCpuThreads(threads);
    Results roomy = run(config);
    Results tight = run(config.withMemoryBudget(SMALL_BUDGET));
    assertThat(tight.limit()).isEqualTo(SMALL_BUDGET);
    assertThat(tight.peak()).as("peak").isPositive().isLessThanOrEqualTo(SMALL_BUDGET);
    for (int i = 0; i < roomy.matrices().size(); i++) {
      double[][] want = roomy.matrices().get(i);
      double[][] got = tight.matrices().get(i);
      double largest = 0;
      for (double[] row : want) {
        for (double value : row) {
          largest = Math.max(largest, Math.abs(value));
        }
      }
      double scale = 4 * largest; // two results, each within the law, of up to four layers
      Comparison.require(
          "within 2 MiB, result " + i,
          got,
          Comparison.all(want.length, want[0].length),
          (r, c) -> new Entry(want[r][c], scale),
          tolerance(N));
    }
  }

  @Test
  final void nothingStaysReserved() {
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(SMALL_BUDGET));
        Placed x = place(b, Inputs.rows(4, dtype(), 200, 10));
        Placed out = poison(b, 200, 200)) {
      long before = b.budget().available();
      b.gram().compute(Kernel.parse("ntk(depth=2)"), x.matrix(), x.matrix(), out.matrix());
      b.synchronize();
      assertThat(b.budget().available()).isEqualTo(before);
    }
  }

  @Test
  final void aBudgetTooSmallForOneTileIsAnError() {
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(64));
        Placed x = place(b, Inputs.rows(5, dtype(), 200, 300));
        Placed out = poison(b, 200, 200)) {
      assertThatThrownBy(() ->
              b.gram().compute(Kernel.parse("ntk(depth=2)"), x.matrix(), x.matrix(), out.matrix()))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageContainingAll("64 bytes", "lamina.memory-budget");
      out.requireUnchanged("out");
      assertThat(b.budget().available()).as("left after the failure").isEqualTo(64);
    }
  }

  @Test
  final void failuresLeaveNothingReserved() {
    double[][] bad = Inputs.rows(6, dtype(), 50, 4);
    bad[40][2] = Double.NaN;
    try (Backend b = open(LaminaConfig.defaults());
        Placed x = place(b, bad);
        Placed out = poison(b, 50, 50)) {
      long before = b.budget().available();
      assertThatThrownBy(() ->
              b.gram().compute(Kernel.parse("ntk(depth=2)"), x.matrix(), x.matrix(), out.matrix()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(b.budget().available()).isEqualTo(before);
    }
  }

  @Test
  final void callersMayShareABackend() throws InterruptedException {
    requireCallersDoNotDisturbEachOther(backend(), 3);
  }

  /** Callers take turns: none runs out of memory, or gets other tiles, because of another. */
  @Test
  final void callersMayShareABudgetThatIsEnoughForOne() throws InterruptedException {
    long enough;
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(SMALL_BUDGET))) {
      requireCallersDoNotDisturbEachOther(b, 1);
      enough = b.budget().peak();
    }
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(enough))) {
      requireCallersDoNotDisturbEachOther(b, 3);
    }
  }

  private void requireCallersDoNotDisturbEachOther(Backend b, int count)
      throws InterruptedException {
    Kernel kernel = Kernel.parse("ntk(depth=2)");
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    try (Placed x = place(b, Inputs.rows(7, dtype(), 300, 100));
        Placed v = place(b, Inputs.rows(8, dtype(), 300, 2))) {
      double[][] matrix = computed(b, kernel, x);
      double[][] product = multiplied(b, kernel, x, v);
      Runnable caller =
          () -> {
            for (int i = 0; i < 5; i++) {
              Comparison.requireSame("matrix beside others", computed(b, kernel, x), matrix);
              Comparison.requireSame("product beside others", multiplied(b, kernel, x, v), product);
            }
          };
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        callers.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                .start(caller));
      }
      for (Thread thread : callers) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private double[][] computed(Backend b, Kernel kernel, Placed x) {
    int n = Math.toIntExact(x.matrix().rows());
    try (Placed out = poison(b, n, n)) {
      b.gram().compute(kernel, x.matrix(), x.matrix(), out.matrix());
      return out.read();
    }
  }

  private double[][] multiplied(Backend b, Kernel kernel, Placed x, Placed v) {
    int cols = Math.toIntExact(v.matrix().cols());
    try (Placed out = poison(b, Math.toIntExact(x.matrix().rows()), cols)) {
      b.gram().multiply(kernel, x.matrix(), x.matrix(), v.matrix(), out.matrix());
      return out.read();
    }
  }

  /** Also with tiles of 2 MiB, so that there are many; both inputs the same, and different. */
  @Test
  final void aListenerHearsOfEveryTileAndChangesNothing() {
    Kernel kernel = Kernel.parse("nngp(depth=2)");
    double[][] x = Inputs.rows(1, dtype(), N / 3, D);
    double[][] z = Inputs.rows(2, dtype(), N / 5, D);
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(SMALL_BUDGET));
        Placed px = place(b, x);
        Placed pz = place(b, z);
        Placed square = poison(b, N / 3, N / 3);
        Placed oblong = poison(b, N / 3, N / 5)) {
      b.gram().compute(kernel, px.matrix(), px.matrix(), square.matrix());
      b.gram().compute(kernel, px.matrix(), pz.matrix(), oblong.matrix());
      double[][] silent = square.read();
      double[][] silentOblong = oblong.read();
      Tiles heard = new Tiles(new AtomicLong(), new AtomicLong());
      b.gram().heardBy(heard).compute(kernel, px.matrix(), px.matrix(), square.matrix());
      heard.requireAll();
      b.gram().heardBy(heard).compute(kernel, px.matrix(), pz.matrix(), oblong.matrix());
      heard.requireAll();
      assertThat(square.read()).isDeepEqualTo(silent);
      assertThat(oblong.read()).isDeepEqualTo(silentOblong);
    }
  }

  /** Counts tiles. */
  private record Tiles(AtomicLong planned, AtomicLong done) implements TileListener {
    @Override
    public void begin(long tiles) {
      planned.set(tiles);
      done.set(0);
    }

    @Override
    public void finished(long tiles) {
      done.addAndGet(tiles);
    }

    void requireAll() {
      assertThat(planned.get()).as("planned tiles").isPositive();
      assertThat(done.get()).as("finished tiles").isEqualTo(planned.get());
      planned.set(0);
    }
  }
}
