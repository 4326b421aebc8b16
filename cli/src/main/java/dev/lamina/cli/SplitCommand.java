package dev.lamina.cli;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.WidthEmbedding;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina split}: adds a neuron without changing the function. */
@Command(
    name = "split",
    description = "Splits a neuron in two, or adds one without weights: the function stays.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class SplitCommand extends Subcommand {
  private static final int PROBES = 64;
  private static final long PROBE_SEED = 1;

  @Mixin private EmbeddingFiles files;

  @Option(
      names = "--layer",
      required = true,
      paramLabel = "L",
      description = "A hidden layer, from 1.")
  private int layer;

  @ArgGroup(multiplicity = "1")
  private What what;

  /** Which neuron is added. */
  private static final class What {
    @Option(names = "--neuron", paramLabel = "S", description = "The neuron to split, from 0.")
    private Integer neuron;

    @Option(
        names = "--null-bias",
        paramLabel = "B",
        description = "Instead of splitting, add a neuron with this bias and no weights.")
    private Double bias;
  }

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description =
          "Share of the weights out that the copy takes, any number (default: 0.5); not with --null-bias.")
  private Double alpha;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "B.safetensors",
      description = "Where the wider network goes, in float64.")
  private Path out;

  SplitCommand(Session session) {
    super(session);
  }

  /**
   * What the command prints.
   *
   * @param file the wider network
   * @param widths inputs, then the outputs of each layer
   * @param addedParameters by how many parameters it is larger
   * @param outputChange largest change of an output on random inputs
   */
  record Document(String file, List<Integer> widths, int addedParameters, double outputChange) {}

  @Override
  Output execute() {
    OutputFiles.require(
        List.of(new OutputFiles.Named("--network", files.network)),
        List.of(new OutputFiles.Named("--out", out)));
    if (alpha != null && what.neuron == null) {
      throw new IllegalArgumentException(
          "split: --alpha is the share of a neuron's copy; with --null-bias nothing is copied, leave it out");
    }
    Perceptron network = files.read();
    Perceptron wide =
        what.neuron == null
            ? WidthEmbedding.addNull(network, layer, what.bias)
            : WidthEmbedding.split(network, layer, what.neuron, alpha == null ? 0.5 : alpha);
    RealMatrix probes = probes(network.width(0));
    OutputChange change = OutputChange.between(network.outputs(probes), wide.outputs(probes));
    change.require("split", OutputChange.ROUNDING);
    EmbeddingFiles.write(out, wide);
    Document document =
        new Document(
            out.toString(),
            wide.widths(),
            wide.parameterCount() - network.parameterCount(),
            change.largest());
    return Output.of(
        document,
        "%s: widths %s, %d parameters more"
            .formatted(document.file(), document.widths(), document.addedParameters()));
  }

  /** Returns inputs to compare on, N(0, 1): the function is kept for all. */
  private static RealMatrix probes(int inputs) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(PROBE_SEED);
    RealMatrix probes = MatrixUtils.createRealMatrix(PROBES, inputs);
    for (int i = 0; i < PROBES; i++) {
      for (int j = 0; j < inputs; j++) {
        probes.setEntry(i, j, random.nextGaussian());
      }
    }
    return probes;
  }
}
