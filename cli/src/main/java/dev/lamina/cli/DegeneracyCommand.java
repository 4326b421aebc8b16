package dev.lamina.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.degeneracy.Convention;
import dev.lamina.analysis.degeneracy.Degeneracy;
import dev.lamina.analysis.degeneracy.DegeneracyPrediction;
import dev.lamina.analysis.degeneracy.MonteCarloSettings;
import dev.lamina.analysis.degeneracy.PredictedLayer;
import dev.lamina.analysis.degeneracy.Rule;
import dev.lamina.analysis.degeneracy.SampleStatistics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code lamina degeneracy}: predicts the angle between two inputs behind every layer. */
@Command(
    name = "degeneracy",
    description = {
      "Predicts how the angle between two inputs shrinks through a freshly initialised ReLU network,"
          + " from the layer widths alone.",
      "The result is ln sin^2(angle) behind each counted layer: the mean over initialisations, the"
          + " standard deviation where the rule gives one, and the angle that belongs to the mean."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DegeneracyCommand extends Subcommand {

  @Option(
      names = "--widths",
      required = true,
      paramLabel = "LIST",
      converter = WidthsConverter.class,
      description = {
        "The input dimension, then the widths of the hidden ReLU layers, without the output layer:"
            + " 784,100,100 has 784 inputs and two hidden layers of 100 units. 784,10x100 stands for"
            + " ten of them."
      })
  private Widths widths;

  @Option(
      names = "--angle",
      paramLabel = "RADIANS",
      description =
          "Angle between the two inputs, in (0, pi] (default: pi/2, two orthogonal inputs).")
  private double angle = Math.PI / 2;

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      converter = RuleConverter.class,
      description = {
        "infinite: infinitely wide layers.",
        "paper: mean and variance of arXiv 2302.09712, too pessimistic for narrow layers.",
        "first: mean to first order in 1/width.",
        "digamma: first, made exact for small angles.",
        "density (default): the whole law, propagated on a grid.",
        "montecarlo: samples of the exact random chain."
      })
  private Rule rule = Rule.DENSITY;

  @Option(
      names = "--convention",
      paramLabel = "NAME",
      converter = ConventionConverter.class,
      description = {
        "network (default): one step per hidden layer, exact for a real network; the input dimension"
            + " plays no part.",
        "authors: the input dimension counts as one more ReLU layer in front, as in the figures of"
            + " arXiv 2306.01513."
      })
  private Convention convention = Convention.NETWORK;

  @Option(
      names = "--samples",
      paramLabel = "M",
      description = "Networks to sample, for montecarlo alone (default: ${DEFAULT-VALUE}).")
  private int samples = 20_000;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the random numbers, for montecarlo alone (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  DegeneracyCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    DegeneracyPrediction prediction =
        Degeneracy.predict(
            widths.list().stream().mapToInt(Integer::intValue).toArray(),
            angle,
            rule,
            convention,
            MonteCarloSettings.of(samples, seed));
    StringWriter table = new StringWriter();
    printTable(prediction, new PrintWriter(table));
    return Output.of(json(prediction), table.toString().stripTrailing());
  }

  private ObjectNode json(DegeneracyPrediction prediction) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("rule", prediction.rule().text());
    root.put("convention", prediction.convention().text());
    root.set("widths", mapper.valueToTree(widths.list()));
    root.put("startAngle", prediction.startAngle());
    if (rule == Rule.MONTE_CARLO) {
      root.put("samples", samples);
      root.put("seed", seed);
    }
    for (PredictedLayer layer : prediction.layers()) {
      write(layer, root.withArray("layers").addObject());
    }
    root.put("collapseProbability", prediction.collapseProbability());
    return root;
  }

  private static void write(PredictedLayer layer, ObjectNode node) {
    node.put("layer", layer.layer());
    node.put("width", layer.width());
    number(node, "meanLogSin2", layer.meanLogSin2());
    layer.sdLogSin2().ifPresent(sd -> number(node, "sdLogSin2", sd));
    number(node, "angle", layer.angle());
    layer
        .samples()
        .ifPresent(s -> {
          number(node, "standardError", s.standardError());
          number(node, "medianLogSin2", s.median());
          number(node, "excludedFraction", s.excludedFraction());
        });
  }

  /** JSON has no NaN: a value that no sample is left for is null. */
  private static void number(ObjectNode node, String name, double value) {
    if (Double.isNaN(value)) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }

  private static void printTable(DegeneracyPrediction prediction, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Rule %s (%s), convention %s, angle between the inputs %.7g rad%n",
        prediction.rule(),
        prediction.rule().provenance().name().toLowerCase(Locale.ROOT),
        prediction.convention(),
        prediction.startAngle());
    String more =
        prediction.rule() == Rule.MONTE_CARLO ? "    std. error        median   excluded" : "";
    out.printf("layer     width      ln sin^2          sd    angle [rad]%s%n", more);
    for (PredictedLayer layer : prediction.layers()) {
      OptionalDouble sd = layer.sdLogSin2();
      out.printf(
          Locale.ROOT,
          "%5d  %8d  %12.6f  %10s  %13.6g%s%n",
          layer.layer(),
          layer.width(),
          layer.meanLogSin2(),
          sd.isPresent() ? String.format(Locale.ROOT, "%.6f", sd.getAsDouble()) : "-",
          layer.angle(),
          layer.samples().map(DegeneracyCommand::columns).orElse(""));
    }
    out.printf(
        Locale.ROOT,
        "Probability that some layer merges two almost parallel inputs: %.4g%n",
        prediction.collapseProbability());
  }

  private static String columns(SampleStatistics s) {
    return String.format(
        Locale.ROOT,
        "  %12.6f  %12.6f  %8.4f%%",
        s.standardError(),
        s.median(),
        100 * s.excludedFraction());
  }

  /**
   * The parsed width list; a type of its own, because picocli would split a list itself.
   *
   * @param list input dimension, then hidden widths
   */
  private record Widths(List<Integer> list) {}

  private static final class WidthsConverter implements ITypeConverter<Widths> {
    @Override
    public Widths convert(String value) {
      try {
        return new Widths(Architecture.parseWidths(value));
      } catch (IllegalArgumentException e) {
        throw rejected(e);
      }
    }
  }

  private static final class RuleConverter implements ITypeConverter<Rule> {
    @Override
    public Rule convert(String value) {
      try {
        return Rule.parse(value);
      } catch (IllegalArgumentException e) {
        throw rejected(e);
      }
    }
  }

  private static final class ConventionConverter implements ITypeConverter<Convention> {
    @Override
    public Convention convert(String value) {
      try {
        return Convention.parse(value);
      } catch (IllegalArgumentException e) {
        throw rejected(e);
      }
    }
  }

  private static TypeConversionException rejected(IllegalArgumentException e) {
    TypeConversionException rejected = new TypeConversionException(e.getMessage());
    rejected.initCause(e);
    return rejected;
  }
}
