package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.curvature.CriticalPoint;
import dev.lamina.analysis.curvature.CriticalPoints;
import dev.lamina.analysis.curvature.DenseSpectrum;
import dev.lamina.analysis.curvature.Form;
import dev.lamina.analysis.curvature.Inertia;
import dev.lamina.analysis.curvature.Lanczos;
import dev.lamina.analysis.curvature.Risk;
import dev.lamina.analysis.curvature.RiskPoint;
import dev.lamina.analysis.curvature.SpectralDensity;
import dev.lamina.analysis.embedding.KinkDistance;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Samples;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina hessian}: curvature of the loss of a network. */
@Command(
    name = "hessian",
    description = "Eigenvalues of the Hessian of a network's loss, and how many have which sign.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "mse is the mean over samples of the squared distance to the target, summed over outputs and"
          + " without 1/2; mean-square is that over the number of outputs. As zero counts |eigenvalue|"
          + " <= 1e-9 max(1, largest); a warning counts those of them above 1e-12 max(1, largest). Away"
          + " from critical points signs of eigenvalues below |gradient| (1 + |parameters|) mean"
          + " nothing; --polish finds one."
    })
final class HessianCommand extends Subcommand {
  /** Σ |gradient| up to which a point counts as critical. */
  private static final double CRITICAL = 1e-12;

  /** Up to as many parameters --top takes all eigenvalues, in less than a second or so. */
  private static final int SMALL = 1000;

  /** For a search. */
  private static final double USUAL_MINUTES = 10;

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  /** Nearer than this a sample is on a kink. */
  private static final double ON_KINK = 1e-12;

  @Mixin private EmbeddingFiles files;

  @Option(names = "--x", required = true, paramLabel = "X.npy", description = "Samples in rows.")
  private Path x;

  @Option(
      names = "--y",
      required = true,
      paramLabel = "Y.npy",
      description =
          "N class labels from 0, or N×C one-hot rows, probabilities or, unless the loss is cross-entropy, any numbers.")
  private Path y;

  @Option(
      names = "--loss",
      paramLabel = "LOSS",
      description = "mse, mean-square or cross-entropy (default: mse).")
  private String loss = "mse";

  @ArgGroup(multiplicity = "0..1")
  private Mode mode = new Mode();

  /** What is computed. */
  private static final class Mode {
    @Option(names = "--dense", description = "All eigenvalues (default).")
    private boolean dense;

    @Option(
        names = "--top",
        paramLabel = "K",
        description = {
          "The K largest and K smallest, equal ones as often as they are there; from 1001 parameters"
              + " on by the Lanczos method, without the matrix."
        })
    private Integer top;

    @Option(
        names = "--density",
        description = "The density of the eigenvalues, by stochastic Lanczos quadrature.")
    private boolean density;

    boolean wantsAll() {
      return dense || (top == null && !density);
    }
  }

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = {
        "Lanczos steps at most, of each run with --top, which starts anew until it finds nothing"
            + " more (default: 4 K + 60, and 60 for the density)."
      })
  private Integer steps;

  @Option(
      names = "--probes",
      paramLabel = "P",
      description = "Random vectors for the density (default: 8).")
  private Integer probes;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of random vectors (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--polish",
      paramLabel = "B.safetensors",
      description = {
        "First go downhill and by Newton steps to a critical point, write it, and look there."
      })
  private Path polish;

  @Option(
      names = "--polish-steps",
      paramLabel = "N",
      description =
          "Downhill steps of --polish at most, and Newton steps, of these 60 at most (default: 300).")
  private Integer polishSteps;

  @Option(
      names = "--polish-minutes",
      paramLabel = "M",
      description = "Time after which --polish takes no more steps (default: 10).")
  private Double polishMinutes;

  HessianCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    OutputFiles.require(
        List.of(
            new OutputFiles.Named("--network", files.network),
            new OutputFiles.Named("--x", x),
            new OutputFiles.Named("--y", y)),
        polish == null ? List.of() : List.of(new OutputFiles.Named("--polish", polish)));
    Perceptron network = files.read();
    if (mode.wantsAll()) {
      DenseSpectrum.requireSize(network.parameterCount());
    }
    requireTop(network.parameterCount());
    requireUse();
    requirePolishSteps();
    Risk risk = risk(network);
    try (Lamina lamina = Lamina.open(session().config())) {
      long start = System.nanoTime();
      requireFinite(lamina.backend(), network, risk);
      Optional<CriticalPoint> found = polished(lamina.backend(), network, risk);
      Perceptron at = found.map(CriticalPoint::network).orElse(network);
      Optional<KinkDistance> kink = kink(at, risk);
      try (RiskPoint point = new RiskPoint(lamina.backend(), at, risk)) {
        HessianDocument document = document(point, found, kink);
        document.put("seconds", Stopwatch.secondsSince(start));
        return Output.of(document.values(), document.text());
      }
    }
  }

  private void requireTop(int parameters) {
    if (mode.top == null) {
      return;
    }
    if (mode.top < 1 || mode.top > parameters) {
      throw new IllegalArgumentException(
          "--top must be 1 to %d, the number of parameters, but is %d"
              .formatted(parameters, mode.top));
    }
    if (steps != null && steps < Math.min(2L * mode.top, parameters)) {
      throw new IllegalArgumentException(
          "--steps must be at least %d, two for each of --top %d, but is %d"
              .formatted(Math.min(2L * mode.top, parameters), mode.top, steps));
    }
  }

  private void requireUse() {
    if (probes != null && !mode.density) {
      throw new IllegalArgumentException("--probes is for --density, which is not given");
    }
    if (steps != null && mode.wantsAll()) {
      throw new IllegalArgumentException("--steps is for --top or --density: give one of them too");
    }
  }

  private void requirePolishSteps() {
    if (polishMinutes != null) {
      if (polish == null) {
        throw new IllegalArgumentException("--polish-minutes is for --polish: give that too");
      }
      if (!(polishMinutes > 0)) {
        throw new IllegalArgumentException(
            "--polish-minutes must be positive but is " + polishMinutes);
      }
    }
    if (polishSteps == null) {
      return;
    }
    if (polish == null) {
      throw new IllegalArgumentException("--polish-steps is for --polish: give that too");
    }
    if (polishSteps < 1) {
      throw new IllegalArgumentException("--polish-steps must be at least 1 but is " + polishSteps);
    }
  }

  private Risk risk(Perceptron network) {
    Loss kind = Loss.words().get(loss);
    if (kind == null) {
      throw new IllegalArgumentException(
          "--loss must be one of %s but is %s".formatted(Loss.words().keySet(), loss));
    }
    RealMatrix samples = EmbeddingFiles.samples(x, network, session());
    RealMatrix targets = targets(network.width(network.depth()));
    if (targets.getRowDimension() != samples.getRowDimension()) {
      throw new IllegalArgumentException(
          "%s has %d samples but %s has %d targets"
              .formatted(x, samples.getRowDimension(), y, targets.getRowDimension()));
    }
    kind.requireTargets("targets of " + y, targets.getData());
    return new Risk(kind, samples, targets);
  }

  private RealMatrix targets(int outputs) {
    List<Long> shape = NpyFile.header(y).shape();
    boolean column = shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1);
    if (column && outputs > 1) {
      int[] labels = NpyFile.readLabels(y, outputs);
      RealMatrix targets = MatrixUtils.createRealMatrix(labels.length, outputs);
      for (int i = 0; i < labels.length; i++) {
        targets.setEntry(i, labels[i], 1);
      }
      return targets;
    }
    try (HostMatrix targets = InputFile.read(y, DType.FLOAT64, session())) {
      if (targets.cols() != outputs) {
        throw new IllegalArgumentException(
            "%s has %d outputs but %s is %s; it must have a column for each output, or class labels in one column"
                .formatted(files.network, outputs, y, targets.shape()));
      }
      return Samples.of(targets, outputs, y.toString());
    }
  }

  /** Refuses a network that has no curvature on the samples, before anything else is done. */
  private void requireFinite(Backend backend, Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      if (!Double.isFinite(point.loss()) || !Double.isFinite(point.gradientL1())) {
        throw new IllegalArgumentException(
            "hessian: at the parameters of %s on the samples of %s the loss and its gradient must be finite but %s is %s and the gradient's entries add to %s"
                .formatted(files.network, x, loss, point.loss(), point.gradientL1()));
      }
    }
  }

  private Optional<CriticalPoint> polished(Backend backend, Perceptron network, Risk risk) {
    if (polish == null) {
      return Optional.empty();
    }
    CriticalPoints usual = CriticalPoints.PRECISE;
    int most = polishSteps == null ? usual.dampedSteps() : polishSteps;
    CriticalPoints search =
        new CriticalPoints(
            usual.target(), usual.newtonFrom(), most, Math.min(most, usual.newtonSteps()));
    int newton = HessianDocument.onlyDescends(network) ? 0 : search.newtonSteps();
    CriticalPoint found =
        search.find(backend, network, risk, watch(search.dampedSteps() + (long) newton));
    EmbeddingFiles.write(polish, found.network());
    return Optional.of(found);
  }

  /** Says now and then how far a search is. */
  private CriticalPoints.Watch watch(long most) {
    long start = System.nanoTime();
    double nanos = 60e9 * (polishMinutes == null ? USUAL_MINUTES : polishMinutes);
    long[] next = {start + BETWEEN_LINES.toNanos()};
    return (steps, value, gradient) -> {
      long now = System.nanoTime();
      if (now - next[0] >= 0) {
        next[0] = now + BETWEEN_LINES.toNanos();
        session()
            .say(
                String.format(
                    Locale.ROOT,
                    "--polish: after %d of at most %d steps %s is %.6g and the gradient's entries add to %.3g; %s is written at the end, nothing before",
                    steps,
                    most,
                    loss,
                    value,
                    gradient,
                    polish));
      }
      return now - start < nanos;
    };
  }

  private Optional<KinkDistance> kink(Perceptron network, Risk risk) {
    Optional<KinkDistance> kink = KinkDistance.of(network, risk.x());
    kink.filter(k -> !k.isSafe())
        .ifPresent(k -> {
          String where =
              "sample %d is %s from a kink of neuron %d of layer %d"
                  .formatted(k.sample(), k.distance(), k.neuron(), k.layer());
          if (k.distance() <= ON_KINK) {
            throw new IllegalArgumentException(
                "hessian: "
                    + where
                    + ": the loss has no second derivatives there; leave the sample out, or move the parameters a little"
                    + (polish == null ? "" : "; the point that was found is in " + polish));
          }
          session().say(where + ": second derivatives hold only that near");
        });
    return kink;
  }

  private HessianDocument document(
      RiskPoint point, Optional<CriticalPoint> found, Optional<KinkDistance> kink) {
    HessianDocument document = new HessianDocument();
    document.put("network", files.network.toString());
    document.put("parameters", point.size());
    document.put("loss", loss);
    document.put("value", point.loss());
    document.put("gradientL1", point.gradientL1());
    document.put("critical", point.gradientL1() <= CRITICAL);
    document.put("meaningfulFrom", meaningfulFrom(point));
    kink.ifPresent(k -> document.put("kinkDistance", k.distance()));
    found.ifPresent(f -> document.polished(polish, f));
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    if (mode.top != null) {
      document.extremes(top(point, random));
    } else if (mode.density) {
      int most = steps == null ? 60 : steps;
      int vectors = probes == null ? 8 : probes;
      document.density(SpectralDensity.of(point, Form.HESSIAN, vectors, most, random));
    } else {
      double[] values = DenseSpectrum.of(point, Form.HESSIAN);
      document.dense(values, Inertia.of(values));
    }
    document.put("warnings", warnings(point, document, found));
    return document;
  }

  private Lanczos.Extremes top(RiskPoint point, RandomGenerator random) {
    if (point.size() <= SMALL) {
      return DenseSpectrum.extremes(point, Form.HESSIAN, mode.top);
    }
    int most = steps == null ? Math.min(4 * Math.min(mode.top, 1 << 28) + 60, point.size()) : steps;
    return new Lanczos(most, 1e-8).extremes(point, Form.HESSIAN, mode.top, random);
  }

  /** Says why a search did not end at a critical point, and what to do. */
  private String advice(CriticalPoint found) {
    return switch (found.status()) {
      case CRITICAL -> String.format(Locale.ROOT, "the search ended at %.3g", found.gradientL1());
      case AT_ROUNDING ->
          String.format(
              Locale.ROOT,
              "rounding alone can make %.3g of the gradient, so that it cannot be seen to be smaller",
              found.rounding());
      case STALLED ->
          "no step of the search makes the gradient smaller: a kink is in the way, or the loss is nearly flat where it points; another start may help";
      case OUT_OF_STEPS ->
          "the search used up its steps: give it more with --polish-steps, or go on from " + polish;
      case STOPPED ->
          "the search used up its time: give it more with --polish-minutes, or go on from "
              + polish;
      case DESCENDED ->
          "with so many parameters the search only goes downhill, and found nothing lower";
    };
  }

  private static double meaningfulFrom(RiskPoint point) {
    double norm = MatrixUtils.createRealVector(point.network().parameters()).getNorm();
    return point.gradientL1() * (1 + norm);
  }

  private List<String> warnings(
      RiskPoint point, HessianDocument document, Optional<CriticalPoint> found) {
    List<String> warnings = new ArrayList<>();
    if (point.gradientL1() > CRITICAL) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "not a critical point: the gradient's entries add to %.3g; signs of eigenvalues below %.3g mean nothing%s, so neither minimum or saddle nor the degeneracy can be concluded from them; %s",
              point.gradientL1(),
              meaningfulFrom(point),
              document.below(meaningfulFrom(point)),
              found.map(this::advice).orElse("--polish goes to a critical point")));
    }
    document.smallButNotZero(meaningfulFrom(point)).ifPresent(warnings::add);
    return warnings;
  }
}
