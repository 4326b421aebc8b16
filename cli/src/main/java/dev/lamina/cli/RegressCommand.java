package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.regression.GaussianProcess;
import dev.lamina.analysis.regression.IterativeRegression;
import dev.lamina.analysis.regression.IterativeSettings;
import dev.lamina.analysis.regression.Precision;
import dev.lamina.analysis.regression.RegressionSettings;
import dev.lamina.config.ByteSizes;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina regress}. */
@Command(
    name = "regress",
    description = "Fits a kernel to training samples and predicts test samples.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The model is a Gaussian process with observation noise, which is ridge regression"
          + " with the noise as ridge. Kernel entries have the type of --precision, the solution"
          + " is float64. Classes are coded as one-hot rows minus 1/C; the class of the largest"
          + " output is predicted. Reported figures: seconds is the time to fit and to predict"
          + " without reading or writing files; jitter is what had to be added to the diagonal"
          + " beside the noise."
    })
final class RegressCommand extends Subcommand {

  @Option(
      names = "--kernel",
      required = true,
      paramLabel = "TEXT",
      description = "Such as 'nngp(depth=3)' or 'gaussian(lengthScale=2)'.")
  private String kernelText;

  @Option(
      names = "--train-x",
      required = true,
      paramLabel = "X.npy",
      description = "N×d training inputs, one per row.")
  private Path trainX;

  @Option(
      names = "--train-y",
      required = true,
      paramLabel = "Y.npy",
      description = "N class labels from 0, or N×C numbers.")
  private Path trainY;

  @Option(
      names = "--test-x",
      required = true,
      paramLabel = "X.npy",
      description = "M×d test inputs.")
  private Path testX;

  @Option(
      names = "--test-y",
      paramLabel = "Y.npy",
      description = "What belongs to the test inputs: adds accuracy or root mean squared error.")
  private Path testY;

  @Option(
      names = "--noise",
      required = true,
      paramLabel = "S2",
      description = "Variance of the observation noise, the ridge; ≥ 0.")
  private double noise;

  @Option(
      names = "--out",
      paramLabel = "MEAN.npy",
      description = "Where the M×C predicted means go.")
  private Path out;

  @Option(
      names = "--variance",
      paramLabel = "VAR.npy",
      description =
          "Where the M×1 variances of the predicted function go; add the noise for observations.")
  private Path variance;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      converter = TaskConverter.class,
      description =
          "classification or regression (default: classification if --train-y holds integers in one column).")
  private Task task;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      defaultValue = "auto",
      converter = SolverConverter.class,
      description = {
        "cholesky: exact, holds 8 N² bytes.",
        "iterative: conjugate gradients without a kernel matrix; no variance, no likelihood.",
        "auto (default): cholesky if 8 N² bytes are within the memory budget."
      })
  private Solver solver;

  @Option(
      names = "--tolerance",
      paramLabel = "R",
      defaultValue = "1e-3",
      description = "Relative residual at which iterations stop (default: ${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "500",
      description = "Most iterations (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Pivots of the iterations' Cholesky preconditioner; 0 is none (default: ${DEFAULT-VALUE}).")
  private int rank;

  RegressCommand(Session session) {
    super(session);
  }

  private enum Task {
    CLASSIFICATION,
    REGRESSION
  }

  private enum Solver {
    AUTO,
    CHOLESKY,
    ITERATIVE
  }

  private static final class TaskConverter extends WordConverter<Task> {
    TaskConverter() {
      super(Task.class);
    }
  }

  private static final class SolverConverter extends WordConverter<Solver> {
    SolverConverter() {
      super(Solver.class);
    }
  }

  @Override
  Output execute() {
    Kernel kernel = Kernel.parse(kernelText);
    LaminaConfig config = session().config();
    RegressionSettings.ofNoise(noise);
    requireWritable();
    try (HostMatrix x = InputFile.read(trainX, config.precision(), session());
        HostMatrix test = InputFile.read(testX, config.precision(), session());
        TargetFiles targets = readTargets();
        Lamina lamina = Lamina.open(config)) {
      RegressDocument document = new RegressDocument(kernel, lamina, x, test, targets, noise);
      if (isIterative(config, x.rows())) {
        iterate(lamina, kernel, x, targets, test, document);
      } else {
        factor(lamina, kernel, x, targets, test, document);
      }
      return Output.of(document.values(), document.text() + written());
    }
  }

  private void requireWritable() {
    OutputFiles.require(
        List.of(
            new OutputFiles.Named("--train-x", trainX),
            new OutputFiles.Named("--train-y", trainY),
            new OutputFiles.Named("--test-x", testX),
            new OutputFiles.Named("--test-y", testY)),
        List.of(
            new OutputFiles.Named("--out", out), new OutputFiles.Named("--variance", variance)));
    if (variance != null && solver == Solver.ITERATIVE) {
      throw new IllegalArgumentException(
          "--variance needs the factor of the kernel matrix: use --solver cholesky");
    }
  }

  private TargetFiles readTargets() {
    boolean classes = task == null ? TargetFiles.holdsLabels(trainY) : task == Task.CLASSIFICATION;
    return TargetFiles.read(trainY, Optional.ofNullable(testY), classes);
  }

  private boolean isIterative(LaminaConfig config, long n) {
    long bytes = Math.multiplyExact(Math.multiplyExact(n, n), Double.BYTES);
    boolean tooLarge = bytes > config.memoryBudget();
    if (solver == Solver.AUTO && tooLarge && variance == null) {
      session()
          .say(
              "the kernel matrix needs %s, more than the memory budget: solving iteratively; --solver cholesky forces the exact solution"
                  .formatted(ByteSizes.rounded(bytes)));
      return true;
    }
    return solver == Solver.ITERATIVE;
  }

  private void factor(
      Lamina lamina,
      Kernel kernel,
      HostMatrix x,
      TargetFiles targets,
      HostMatrix test,
      RegressDocument document) {
    RegressionSettings settings =
        RegressionSettings.ofNoise(noise).with(Precision.of(lamina.config().precision()));
    long start = System.nanoTime();
    try (HostMatrix y = targets.train().toMatrix();
        GaussianProcess model = GaussianProcess.fit(lamina.backend(), kernel, x, y, settings)) {
      document.fitted(model, Stopwatch.secondsSince(start));
      start = System.nanoTime();
      try (HostMatrix mean = model.mean(test)) {
        document.predicted(mean, targets, Stopwatch.secondsSince(start));
        write(out, mean);
      }
      if (variance != null) {
        try (HostMatrix variances = model.latentVariance(test)) {
          write(variance, variances);
        }
      }
    }
  }

  private void iterate(
      Lamina lamina,
      Kernel kernel,
      HostMatrix x,
      TargetFiles targets,
      HostMatrix test,
      RegressDocument document) {
    Precision precision = Precision.of(lamina.config().precision());
    IterativeSettings settings =
        new IterativeSettings(noise, precision, tolerance, iterations, rank);
    long start = System.nanoTime();
    try (HostMatrix y = targets.train().toMatrix();
        ProgressBars progress = session().progress();
        IterativeRegression model =
            IterativeRegression.fit(lamina.backend(), kernel, x, y, settings, progress)) {
      document.iterated(model, Stopwatch.secondsSince(start));
      if (!model.convergence().converged()) {
        session()
            .say(
                String.format(
                    Locale.ROOT,
                    "not converged: relative residual %.2e after %d iterations",
                    model.convergence().residual(),
                    model.convergence().iterations()));
      }
      start = System.nanoTime();
      try (HostMatrix mean = model.mean(test)) {
        document.predicted(mean, targets, Stopwatch.secondsSince(start));
        write(out, mean);
      }
    }
  }

  private static void write(Path file, HostMatrix matrix) {
    if (file != null) {
      NpyFile.write(file, matrix);
    }
  }

  private String written() {
    String files =
        Stream.of(out, variance)
            .filter(Objects::nonNull)
            .map(Path::toString)
            .collect(Collectors.joining(" and "));
    return files.isEmpty() ? "" : "\nwrote " + files;
  }
}
