package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.audit.AuditReport;
import dev.lamina.analysis.audit.AuditSettings;
import dev.lamina.analysis.audit.KernelAudit;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.TileListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina kernel}. */
@Command(
    name = "kernel",
    description = "Computes the kernel matrix of one or two sets of rows.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Reported figures: seconds is the median time to compute the matrix in memory,"
          + " without reading or writing files and without loading libraries. gflops counts the"
          + " matrix product alone: 2 N M d operations, or N (N+1) d if only one triangle is"
          + " needed because --z is left out."
    })
final class KernelCommand extends Subcommand {
  private static final long CORNER = 4;

  /** More than can be waited for: each is computed in a block of its own. */
  private static final int MOST_AUDITED = 1_000_000;

  @Option(
      names = "--kernel",
      required = true,
      paramLabel = "TEXT",
      description = "Such as 'ntk(depth=5)' or '0.5*gaussian(lengthScale=2) + linear()'.")
  private String kernelText;

  @Option(
      names = "--x",
      required = true,
      paramLabel = "X.npy",
      description = "N×d inputs, one per row.")
  private Path x;

  @Option(
      names = "--z",
      paramLabel = "Z.npy",
      description = "M×d inputs (default: those of --x, and one triangle is computed).")
  private Path z;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "K.npy",
      description = "Where the N×M kernel matrix goes.")
  private Path out;

  @Option(
      names = "--angles",
      paramLabel = "T.npy",
      description =
          "Where the N×M angles under the kernel go, in radians, for kernels that have one.")
  private Path angles;

  @Option(
      names = "--audit",
      paramLabel = "N",
      arity = "0..1",
      fallbackValue = "4096",
      description =
          "Compare so many entries, the 64 most parallel pairs among them, with float64 (4096 if no number is given).")
  private Integer audit;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Compute so many times and report the median time.")
  private int repeat;

  /**
   * What {@code --json} prints.
   *
   * @param kernel the kernel's text
   * @param backend what computed
   * @param device what the backend computed on
   * @param precision element type of inputs and matrix
   * @param rows N
   * @param cols M
   * @param features d
   * @param seconds median time to compute the matrix in memory
   * @param gflops 10⁹ operations of the matrix product per second of that
   * @param repeat how often it was computed
   * @param audit the comparison with float64, null if it was not asked for
   */
  record Document(
      String kernel,
      String backend,
      String device,
      DType precision,
      long rows,
      long cols,
      long features,
      double seconds,
      double gflops,
      int repeat,
      Optional<AuditReport> audit) {}

  KernelCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    Kernel kernel = Kernel.parse(kernelText);
    LaminaConfig config = session().config();
    requireOptions();
    OutputFiles.require(
        List.of(new OutputFiles.Named("--x", x), new OutputFiles.Named("--z", z)),
        List.of(new OutputFiles.Named("--out", out), new OutputFiles.Named("--angles", angles)));
    try (HostMatrix a = InputFile.read(x, config.precision(), session());
        HostMatrix b =
            z == null ? a.rows(0, a.rows()) : InputFile.read(z, config.precision(), session());
        Lamina lamina = Lamina.open(config)) {
      if (a.cols() != b.cols()) {
        throw new ShapeException(
            "--x and --z must have the same number of columns but %s is %s and %s is %s"
                .formatted(x, a.shape(), z, b.shape()));
      }
      return compute(kernel, lamina, a, z == null ? a : b);
    }
  }

  private void requireOptions() {
    if (repeat < 1) {
      throw new IllegalArgumentException("--repeat must be ≥ 1 but is " + repeat);
    }
    if (audit != null && (audit < 1 || audit > MOST_AUDITED)) {
      throw new IllegalArgumentException(
          "--audit must be from 1 to %d but is %d".formatted(MOST_AUDITED, audit));
    }
  }

  private Output compute(Kernel kernel, Lamina lamina, HostMatrix a, HostMatrix b) {
    DType type = lamina.config().precision();
    try (HostMatrix k = HostMatrix.allocate(type, a.rows(), b.rows());
        HostMatrix t = HostMatrix.allocate(type, angles == null ? 0 : a.rows(), b.rows())) {
      computeCorner(kernel, lamina, a, b);
      double seconds = timed(kernel, lamina, a, b, k, t);
      Optional<AuditReport> report =
          Optional.ofNullable(audit)
              .map(pairs ->
                  KernelAudit.of(
                      lamina.backend(),
                      kernel,
                      a,
                      b,
                      k,
                      Optional.of(t).filter(_ -> angles != null),
                      AuditSettings.of(pairs)));
      requireFinite(k);
      NpyFile.write(out, k);
      if (angles != null) {
        NpyFile.write(angles, t);
      }
      return output(document(kernel, lamina, a, b, seconds, report));
    }
  }

  /** Checks the matrix: a polynomial of finite numbers, for one, need not be finite. */
  private static void requireFinite(HostMatrix k) {
    OptionalLong bad =
        LongStream.range(0, k.rows()).parallel().filter(i -> !isFinite(k, i)).findFirst();
    if (bad.isPresent()) {
      long col = 0;
      while (Double.isFinite(k.get(bad.getAsLong(), col))) {
        col++;
      }
      throw new IllegalArgumentException(
          "the kernel leaves the range of %s: row %d, column %d of the matrix is %s; scale the inputs or the kernel"
              .formatted(
                  k.dtype() == DType.FLOAT32 ? "float32 (--precision float64 has more)" : "float64",
                  bad.getAsLong(),
                  col,
                  Double.toString(k.get(bad.getAsLong(), col))));
    }
  }

  private static boolean isFinite(HostMatrix k, long row) {
    for (long j = 0; j < k.cols(); j++) {
      if (!Double.isFinite(k.get(row, j))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Computes a few entries, so that libraries are loaded and classes ready before time is taken.
   */
  private void computeCorner(Kernel kernel, Lamina lamina, HostMatrix a, HostMatrix b) {
    HostMatrix x = a.rows(0, Math.min(CORNER, a.rows()));
    HostMatrix z = b == a ? x : b.rows(0, Math.min(CORNER, b.rows()));
    try (HostMatrix k = HostMatrix.allocate(a.dtype(), x.rows(), z.rows());
        HostMatrix t = HostMatrix.allocate(a.dtype(), x.rows(), z.rows())) {
      fill(kernel, lamina.gram(), x, z, k, t);
    }
  }

  /** Computes the matrix under a bar, and returns the median of the seconds. */
  private double timed(
      Kernel kernel, Lamina lamina, HostMatrix a, HostMatrix b, HostMatrix k, HostMatrix t) {
    try (ProgressBars progress = session().progress()) {
      GramOps gram = lamina.gram().heardBy(bar(progress));
      return Stopwatch.medianSeconds(
          repeat,
          () -> {
            fill(kernel, gram, a, b, k, t);
            lamina.backend().synchronize();
          });
    }
  }

  private static TileListener bar(ProgressBars progress) {
    return new TileListener() {
      @Override
      public synchronized void begin(long tiles) {
        progress.begin("kernel matrix", tiles);
      }

      @Override
      public synchronized void finished(long tiles) {
        progress.advance(tiles);
      }
    };
  }

  private void fill(
      Kernel kernel, GramOps gram, HostMatrix a, HostMatrix b, HostMatrix k, HostMatrix t) {
    if (angles == null) {
      gram.compute(kernel, a, b, k);
    } else {
      gram.compute(kernel, a, b, k, t);
    }
  }

  private Document document(
      Kernel kernel,
      Lamina lamina,
      HostMatrix a,
      HostMatrix b,
      double seconds,
      Optional<AuditReport> report) {
    double n = a.rows();
    double operations = (a == b ? n * (n + 1) : 2 * n * b.rows()) * a.cols();
    return new Document(
        kernel.toString(),
        lamina.backend().id().text(),
        lamina.backend().device().name(),
        a.dtype(),
        a.rows(),
        b.rows(),
        a.cols(),
        seconds,
        operations / seconds / 1e9,
        repeat,
        report);
  }

  private Output output(Document d) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add("%s on %s (%s)".formatted(d.kernel(), d.backend(), d.device()));
    lines.add(
        String.format(
            Locale.ROOT,
            "%d×%d from d = %d in %.4g s%s, %.1f GFLOP/s of matrix product",
            d.rows(),
            d.cols(),
            d.features(),
            d.seconds(),
            repeat > 1 ? " (median of " + repeat + ")" : "",
            d.gflops()));
    d.audit()
        .ifPresent(r ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "audit of %d entries (%d most parallel pairs among them): max relative error %.2e",
                    r.pairs(),
                    r.mostParallel(),
                    r.maxRelativeError())));
    lines.add("wrote " + out + (angles == null ? "" : " and " + angles));
    return Output.of(d, lines.toString());
  }
}
