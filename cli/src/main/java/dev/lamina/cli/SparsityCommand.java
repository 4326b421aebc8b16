package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.sparsity.CovarianceForm;
import dev.lamina.analysis.sparsity.CovarianceResult;
import dev.lamina.analysis.sparsity.NetworkPruning;
import dev.lamina.analysis.sparsity.Pruned;
import dev.lamina.analysis.sparsity.Rays;
import dev.lamina.analysis.sparsity.RepresentationFit;
import dev.lamina.analysis.sparsity.RepresentationPlan;
import dev.lamina.analysis.sparsity.RepresentationTraining;
import dev.lamina.analysis.sparsity.RidgeProblem;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina sparsity}. */
@Command(
    name = "sparsity",
    description =
        "Evaluates the L2-regularised loss of a network in its three forms, and prunes the network.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The loss is C + lambda (|weights|^2 + |biases|^2/b^2), with b the bias strength and"
          + " C the mean over samples of |output - target|^2 (without 1/2) or of the"
          + " cross-entropy. The loss of representations has the smallest weights that give the"
          + " same pre-activations instead, that of covariances the same through N x N matrices"
          + " (arXiv 2205.15809); all three agree at local minima. Neurons whose pre-activations"
          + " lie on one ray count as one effective neuron. Attraction and repulsion are norms of"
          + " the forces on the pre-activations of a layer, which cancel at local minima; for the"
          + " output layer repulsion is the gradient of C over lambda. The residual is what is"
          + " left of their sum, as the weights feel it: the gradient of the loss by the weights,"
          + " those of the file with what they waste, over the larger of its two terms. At kinks,"
          + " pre-activations of relu below 1e-6 of the largest of their neuron, where a minimum"
          + " needs a slope between those of both sides, that of least residual is taken."
          + " Everything is computed in float64, whatever --precision says. Pruning keeps the"
          + " outputs on --x to 1e-12 (float32 networks: 1e-6), or nothing is written."
    })
final class SparsityCommand extends Subcommand {
  /** From so many on the relaxed loss takes its time to minimise. */
  private static final long MANY_NUMBERS = 100_000;

  @Option(
      names = "--network",
      required = true,
      paramLabel = "N.safetensors",
      description = "A plain network with Lamina's names or those of PyTorch's nn.Sequential.")
  private Path network;

  @Option(
      names = "--activation",
      paramLabel = "TEXT",
      description = "Of the hidden layers, such as relu or tanh; for files that do not say.")
  private String activation;

  @Option(
      names = "--x",
      required = true,
      paramLabel = "X.npy",
      description = "N×d inputs, one per row, preprocessed as in training.")
  private Path x;

  @Option(
      names = "--y",
      required = true,
      paramLabel = "Y.npy",
      description = "N×C targets, or N class labels from 0, which become one-hot.")
  private Path y;

  @Option(
      names = "--lambda",
      required = true,
      paramLabel = "L",
      description = "Ridge lambda > 0, without a factor 1/2.")
  private double lambda;

  @Option(
      names = "--bias-strength",
      paramLabel = "B",
      description = "b ≥ 0; 0 means no biases (default: 1 for networks with biases, otherwise 0).")
  private Double biasStrength;

  @Option(
      names = "--loss",
      paramLabel = "WORD",
      defaultValue = "mse",
      description = "mse, mean-square or cross-entropy (default: mse).")
  private String loss;

  @Option(
      names = "--tikhonov",
      paramLabel = "E",
      description =
          "Also minimise the loss relaxed by E > 0 over representations, and give its forces.")
  private Double tikhonov;

  @Option(
      names = "--prune",
      paramLabel = "OUT.safetensors",
      description = "Where the network without merged and dead neurons goes.")
  private Path prune;

  @Option(
      names = "--caratheodory",
      description =
          "Prune to at most N(N+1) neurons a layer instead, which keeps outputs on --x alone; N ≤ 24.")
  private boolean caratheodory;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description =
          "Neurons of cosine > 1-T are on one ray, those shorter than T of the longest dead (default: 1e-6 to count, the largest that keeps the outputs to prune).")
  private Double tolerance;

  SparsityCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    requireOptions();
    try (Network read = NetworkInput.read(network, activation);
        HostMatrix inputs = InputFile.read(x, DType.FLOAT64, session());
        HostMatrix targets = targets(read, inputs)) {
      read.requireFinite(network.toString());
      RidgeProblem.requireInputs("inputs of " + x, inputs);
      RidgeProblem.requireTargets("targets of " + y, targets, parsedLoss());
      RidgeProblem problem =
          new RidgeProblem(inputs, targets, parsedLoss(), lambda, biasStrength(read));
      try (Lamina lamina = Lamina.open(session().config())) {
        long start = System.nanoTime();
        CovarianceResult result =
            CovarianceForm.measure(lamina.backend(), read, problem, countTolerance(), Rays.COARSE);
        Optional<SparsityDocument.Tikhonov> relaxed =
            Optional.ofNullable(tikhonov)
                .map(epsilon -> relaxed(lamina.backend(), read, problem, result, epsilon));
        Optional<SparsityDocument.Prune> pruned =
            Optional.ofNullable(prune).map(file -> pruned(lamina.backend(), read, problem, file));
        SparsityDocument document =
            SparsityDocument.of(
                result,
                problem.loss().text(),
                read.widths(),
                relaxed,
                pruned,
                Stopwatch.secondsSince(start));
        return Output.of(document, document.text());
      }
    }
  }

  private void requireOptions() {
    if (caratheodory && prune == null) {
      throw new IllegalArgumentException("--caratheodory says how to prune: give --prune too");
    }
    if (caratheodory && tolerance != null) {
      throw new IllegalArgumentException(
          "--caratheodory and --tolerance both say how to prune: give one of them");
    }
    if (tolerance != null && !(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "--tolerance must lie between 0 and 1 but is " + tolerance);
    }
    OutputFiles.require(
        List.of(
            new OutputFiles.Named("--network", network),
            new OutputFiles.Named("--x", x),
            new OutputFiles.Named("--y", y)),
        List.of(new OutputFiles.Named("--prune", prune)));
  }

  private Loss parsedLoss() {
    for (Loss known : Loss.values()) {
      if (known.text().equals(loss)) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "--loss must be mse, mean-square or cross-entropy but is " + loss);
  }

  private double biasStrength(Network read) {
    if (biasStrength != null) {
      return biasStrength;
    }
    boolean biases =
        read.layers().stream()
            .anyMatch(layer ->
                switch (layer) {
                  case DenseLayer dense -> dense.bias().isPresent();
                });
    return biases ? 1 : 0;
  }

  private double countTolerance() {
    return tolerance == null ? Rays.FINE : tolerance;
  }

  private HostMatrix targets(Network read, HostMatrix inputs) {
    if (inputs.cols() != read.inputs()) {
      throw new ShapeException(
          "%s has %d inputs but %s is %s".formatted(network, read.inputs(), x, inputs.shape()));
    }
    int outputs = Math.toIntExact(read.outputs());
    List<Long> shape = NpyFile.header(y).shape();
    boolean column = shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1);
    HostMatrix targets =
        column && outputs > 1 ? oneHot(NpyFile.readLabels(y, outputs), outputs) : NpyFile.read(y);
    if (targets.cols() == outputs && targets.rows() == inputs.rows()) {
      return targets;
    }
    try (targets) {
      throw new ShapeException(
          "%s has %d outputs and %s %d rows but %s is %s; it must have a column for each output, or class labels in one column, and a row for each of %s"
              .formatted(network, outputs, x, inputs.rows(), y, targets.shape(), x));
    }
  }

  private static HostMatrix oneHot(int[] labels, int outputs) {
    HostMatrix targets = HostMatrix.allocate(DType.FLOAT64, labels.length, outputs);
    for (int i = 0; i < labels.length; i++) {
      targets.set(i, labels[i], 1);
    }
    return targets;
  }

  /** Returns what to say, where no bar shows how far it is, before many numbers are moved. */
  static Optional<String> patience(long samples, List<Long> widths) {
    long numbers = samples * widths.stream().skip(1).mapToLong(width -> width).sum();
    return numbers < MANY_NUMBERS
        ? Optional.empty()
        : Optional.of(
            "--tikhonov: minimising over %d numbers, the pre-activations of %d samples; that can take long, and nothing more is said until it is done"
                .formatted(numbers, samples));
  }

  private SparsityDocument.Tikhonov relaxed(
      Backend backend,
      Network read,
      RidgeProblem problem,
      CovarianceResult result,
      double epsilon) {
    if (!session().console().interactive()) {
      patience(problem.samples(), read.widths()).ifPresent(session()::say);
    }
    try (ProgressBars progress = session().progress();
        RepresentationFit fit =
            RepresentationTraining.minimise(
                backend,
                read,
                problem,
                epsilon,
                RepresentationPlan.usual(RepresentationPlan.Order.JOINT),
                progress)) {
      return SparsityDocument.Tikhonov.of(
          epsilon,
          fit.trace().getFirst(),
          fit.loss(),
          result.lossRepresentations() - fit.loss(),
          fit.forces().stream()
              .map(f ->
                  new SparsityDocument.TikhonovLayer(
                      f.layer(), f.attractionNorm(), f.repulsionNorm(), f.residual(), f.kinks()))
              .toList());
    }
  }

  private SparsityDocument.Prune pruned(
      Backend backend, Network read, RidgeProblem problem, Path file) {
    double limit = NetworkPruning.limit(read);
    try (Pruned pruned = prune(backend, read, problem)) {
      if (!(pruned.outputChange() <= limit)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--prune: with tolerance %s the outputs on %s change by %.3g (relative), above %s; nothing is written; leave --tolerance out to take the largest that keeps them",
                pruned.tolerance(),
                x,
                pruned.outputChange(),
                limit));
      }
      NetworkFile.write(file, pruned.network());
      return SparsityDocument.Prune.of(file, pruned, limit);
    }
  }

  private Pruned prune(Backend backend, Network read, RidgeProblem problem) {
    if (caratheodory) {
      return NetworkPruning.caratheodory(backend, read, problem);
    }
    return tolerance == null
        ? NetworkPruning.mergeKeepingOutputs(backend, read, problem)
        : NetworkPruning.merge(backend, read, problem, tolerance);
  }
}
