package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.alignment.AlignmentExamples;
import dev.lamina.analysis.alignment.AlignmentResult;
import dev.lamina.analysis.alignment.AlignmentSettings;
import dev.lamina.analysis.alignment.Denominator;
import dev.lamina.analysis.alignment.EquilibriumPrediction;
import dev.lamina.analysis.alignment.TangentAlignment;
import dev.lamina.analysis.network.Network;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lamina alignment}. */
@Command(
    name = "alignment",
    description = "Measures how the tangent features of each layer of a network align with labels.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The alignment of a layer is y'Ky/(|K| |y|^2), with K the centred tangent kernel of"
          + " all outputs and y the centred labels: 0 to 1, and about the identity's level in a"
          + " fresh network. In trained networks it peaks near the equilibrium layer (arXiv"
          + " 2110.11749). The trace variant sums the kernel over the outputs first. Everything is"
          + " computed in float64, whatever --precision says, with batch normalisation as in"
          + " evaluation. Values with different numbers of examples must not be compared."
    })
final class AlignmentCommand extends Subcommand {

  @Option(
      names = "--network",
      required = true,
      paramLabel = "N.safetensors",
      description = "A network with Lamina's names or those of PyTorch's nn.Sequential.")
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
      description = "N class labels from 0, or N×C one-hot rows or numbers.")
  private Path y;

  @Option(
      names = "--exact",
      description =
          "Kernel norms from all blocks of the kernels (default): time grows with (C·N)².")
  private boolean exact;

  @Option(
      names = "--probes",
      paramLabel = "M",
      description = "Estimate kernel norms from M random sign vectors: time grows with M·C·N.")
  private Integer probes;

  @Option(
      names = "--permutations",
      paramLabel = "P",
      defaultValue = "20",
      description = "Random permutations of the labels for the null level (default: 20).")
  private int permutations;

  @Option(names = "--parts", description = "Also measure weights and biases alone.")
  private boolean parts;

  @Option(
      names = "--effective-rank",
      description = "Also compute the effective rank of each kernel, from C·N eigenvalues.")
  private boolean effectiveRank;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of permutations and probes (default: 1).")
  private long seed;

  AlignmentCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    AlignmentSettings settings =
        new AlignmentSettings(denominator(), permutations, parts, effectiveRank, seed);
    try (Network read = NetworkInput.read(network, activation);
        HostMatrix inputs = InputFile.read(x, DType.FLOAT64, session())) {
      read.requireFinite(network.toString());
      AlignmentExamples examples = examples(read, inputs);
      EquilibriumPrediction prediction = EquilibriumPrediction.of(read, inputs);
      try (Lamina lamina = Lamina.open(session().config())) {
        long start = System.nanoTime();
        AlignmentResult result =
            TangentAlignment.measure(lamina.backend(), read, examples, settings);
        AlignmentDocument document =
            AlignmentDocument.of(read, settings, result, prediction, Stopwatch.secondsSince(start));
        mention(result);
        return Output.of(document, document.text());
      }
    }
  }

  private Denominator denominator() {
    if (exact && probes != null) {
      throw new IllegalArgumentException(
          "--exact and --probes both say how norms are found: give one of them");
    }
    return probes == null ? new Denominator.Exact() : new Denominator.Probes(probes);
  }

  private AlignmentExamples examples(Network read, HostMatrix inputs) {
    if (inputs.cols() != read.inputs()) {
      throw new IllegalArgumentException(
          "%s has %d inputs but %s is %s".formatted(network, read.inputs(), x, inputs.shape()));
    }
    int outputs = Math.toIntExact(read.outputs());
    List<Long> shape = NpyFile.header(y).shape();
    boolean column = shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1);
    if (column && outputs > 1) {
      return AlignmentExamples.ofClasses(inputs, NpyFile.readLabels(y, outputs), outputs);
    }
    try (HostMatrix targets = NpyFile.read(y)) {
      if (targets.cols() != outputs) {
        throw new IllegalArgumentException(
            "%s has %d outputs but %s is %s; it must have a column for each output, or class labels in one column"
                .formatted(network, outputs, y, targets.shape()));
      }
      return AlignmentExamples.ofTargets(inputs, targets);
    }
  }

  private void mention(AlignmentResult result) {
    List<Integer> missing = result.missingClasses();
    if (!missing.isEmpty()) {
      session()
          .say(
              "%s: no example is of %s %s; the alignment is that of the other classes"
                  .formatted(
                      y,
                      missing.size() == 1 ? "class" : "classes",
                      missing.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
  }
}
