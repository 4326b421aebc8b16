package dev.lamina.cli;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.KinkDistance;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.kernel.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.hipparchus.linear.RealMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lamina lift}: inserts a layer without changing the outputs. */
@Command(
    name = "lift",
    description = "Inserts a layer into a network without changing its outputs on samples.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The new layer's activation is --activation, or else that of the layer in front of it (of the",
      "first layer behind the inputs). Its pre-activations are squeezed into the segment, where the",
      "activation is a line; smooth activations are lines only nearly, and need --segment. The",
      "result is in float64."
    })
final class LiftCommand extends Subcommand {
  @Mixin private EmbeddingFiles files;

  @Option(
      names = "--after",
      required = true,
      paramLabel = "Q",
      description = "Insert between feature layers Q and Q+1; 0 is the input.")
  private int after;

  @Option(
      names = "--width",
      required = true,
      paramLabel = "M",
      description = "Neurons of the new layer, at least as many as the smaller of both layers has.")
  private int width;

  @Option(names = "--x", required = true, paramLabel = "X.npy", description = "Samples in rows.")
  private Path x;

  @Option(
      names = "--segment",
      paramLabel = "LO,HI",
      split = ",",
      arity = "1",
      description = "Where the new pre-activations go (default: 0.5,1.5).")
  private List<Double> segment;

  @Option(
      names = "--residual",
      description = {
        "Ask for a residual layer, f + phi(W f + b): files cannot hold one, so this is refused; the"
            + " library has it."
      })
  private boolean residual;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "B.safetensors",
      description = "Where the deeper network goes.")
  private Path out;

  LiftCommand(Session session) {
    super(session);
  }

  /**
   * What the command prints.
   *
   * @param file the deeper network
   * @param widths inputs, then the outputs of each layer
   * @param addedParameters by how many parameters it is larger
   * @param exact whether the activation is exactly a line where the new layer stays
   * @param accuracy in words
   * @param slope of the line
   * @param outputChange largest change of an output on the samples
   * @param relativeChange the same over the largest output, at least 1
   * @param kinkDistance how near a pre-activation of the new network comes to a kink, if it has any
   */
  record Document(
      String file,
      List<Integer> widths,
      int addedParameters,
      boolean exact,
      String accuracy,
      double slope,
      double outputChange,
      double relativeChange,
      OptionalDouble kinkDistance) {}

  @Override
  Output execute() {
    if (residual) {
      throw new IllegalArgumentException(
          "lift: files hold no such residual layers as f + φ(W′f + b′), only layers that add the pre-activations of the layer before; the library's Lifting and LiftedSet have them; leave --residual out");
    }
    OutputFiles.require(
        List.of(new OutputFiles.Named("--network", files.network), new OutputFiles.Named("--x", x)),
        List.of(new OutputFiles.Named("--out", out)));
    Perceptron network = files.read();
    Activation inserted = inserted(network);
    AffineSegment box = box(inserted);
    RealMatrix samples = EmbeddingFiles.samples(x, network, session());
    Lift lift = Lifting.lift(network, Insertion.of(after, width, inserted, box), samples);
    OutputChange change =
        OutputChange.between(network.outputs(samples), lift.deep().outputs(samples));
    change.require("lift", box.isExact() ? OutputChange.ROUNDING : Double.MAX_VALUE);
    EmbeddingFiles.write(out, lift.deep());
    Document document = document(lift, box, change, samples);
    return Output.of(document, text(document));
  }

  private Document document(Lift lift, AffineSegment box, OutputChange change, RealMatrix samples) {
    OptionalDouble distance =
        KinkDistance.of(lift.deep(), samples).stream()
            .peek(k -> {
              if (!k.isSafe()) {
                session()
                    .say(
                        "sample %d is on a kink, or nearly: neuron %d of layer %d is %s from it; the loss has no second derivatives there"
                            .formatted(k.sample(), k.neuron(), k.layer(), k.distance()));
              }
            })
            .mapToDouble(KinkDistance::distance)
            .findFirst();
    return new Document(
        out.toString(),
        lift.deep().widths(),
        lift.addedParameters(),
        box.isExact(),
        box.accuracy().toString(),
        box.slope(),
        change.largest(),
        change.relative(),
        distance);
  }

  private static String text(Document d) {
    return "%s: widths %s, %d parameters more%noutputs change by at most %.3g; the lift is %s"
        .formatted(d.file(), d.widths(), d.addedParameters(), d.outputChange(), d.accuracy());
  }

  private Activation inserted(Perceptron network) {
    if (files.activation != null) {
      return Activation.parse(files.activation);
    }
    if (network.depth() == 1) {
      throw new IllegalArgumentException(
          "lift: %s has no hidden layer to take the activation from; give --activation"
              .formatted(files.network));
    }
    return network.stage(Math.clamp(after, 1, network.depth() - 1)).activation();
  }

  private AffineSegment box(Activation inserted) {
    if (segment == null && AffineSegments.exact(inserted).isEmpty()) {
      throw new IllegalArgumentException(
          "lift: %s. Say --segment LO,HI to have it".formatted(AffineSegments.advice(inserted)));
    }
    if (segment != null && segment.size() != 2) {
      throw new IllegalArgumentException(
          "lift: --segment must be two numbers, LO,HI, but is " + segment);
    }
    boolean unit = segment == null && inserted instanceof Activation.HardTanh;
    return segment == null
        ? AffineSegments.on(inserted, unit ? -0.5 : 0.5, unit ? 0.5 : 1.5)
        : AffineSegments.on(inserted, segment.get(0), segment.get(1));
  }
}
