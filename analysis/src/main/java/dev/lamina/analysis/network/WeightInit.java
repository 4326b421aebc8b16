package dev.lamina.analysis.network;

import dev.lamina.config.NearestWords;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the parameters of a fresh network are drawn: all independent, normal and of mean zero. Each
 * has a textual form, {@link Object#toString}, that {@link #parse} reads.
 */
public sealed interface WeightInit {

  /**
   * {@return the variance of a weight}
   *
   * @param fanIn inputs of the layer
   * @param fanOut outputs of the layer
   */
  double weightVariance(long fanIn, long fanOut);

  /** {@return the variance of a bias} */
  double biasVariance();

  /** Variance 2/fanIn, biases 0: keeps the second moment under relu (He et al. 2015). */
  record He() implements WeightInit {
    @Override
    public double weightVariance(long fanIn, long fanOut) {
      return 2.0 / fanIn;
    }

    @Override
    public double biasVariance() {
      return 0;
    }

    @Override
    public String toString() {
      return "he";
    }
  }

  /** Variance 1/fanIn, biases 0: keeps the second moment of linear layers (LeCun et al. 1998). */
  record LeCun() implements WeightInit {
    @Override
    public double weightVariance(long fanIn, long fanOut) {
      return 1.0 / fanIn;
    }

    @Override
    public double biasVariance() {
      return 0;
    }

    @Override
    public String toString() {
      return "lecun";
    }
  }

  /** Variance 2/(fanIn + fanOut), biases 0 (Glorot and Bengio 2010, (16), with normal weights). */
  record Glorot() implements WeightInit {
    @Override
    public double weightVariance(long fanIn, long fanOut) {
      return 2.0 / ((double) fanIn + fanOut);
    }

    @Override
    public double biasVariance() {
      return 0;
    }

    @Override
    public String toString() {
      return "glorot";
    }
  }

  /**
   * The weights W = √(weightVariance/fanIn)·ω and biases √biasVariance·β of the NTK parametrisation
   * with ω and β standard normal (Jacot et al. 2018): the same functions at initialisation; that ω
   * and β are trained instead of W and b is up to the training.
   *
   * @param weightVariance positive
   * @param biasVariance not negative
   */
  record Ntk(double weightVariance, double biasVariance) implements WeightInit {
    /** Checks the ranges. */
    public Ntk {
      require("ntk", "weightVariance", weightVariance, weightVariance > 0, "positive");
      require("ntk", "biasVariance", biasVariance, biasVariance >= 0, "not negative");
    }

    @Override
    public double weightVariance(long fanIn, long fanOut) {
      return weightVariance / fanIn;
    }

    @Override
    public String toString() {
      return "ntk(weightVariance=" + weightVariance + ", biasVariance=" + biasVariance + ")";
    }
  }

  /**
   * One standard deviation for all weights and biases.
   *
   * @param sd positive
   */
  record Normal(double sd) implements WeightInit {
    /** Checks the range. */
    public Normal {
      require("normal", "sd", sd, sd > 0, "positive");
    }

    @Override
    public double weightVariance(long fanIn, long fanOut) {
      return sd * sd;
    }

    @Override
    public double biasVariance() {
      return sd * sd;
    }

    @Override
    public String toString() {
      return "normal(sd=" + sd + ")";
    }
  }

  private static void require(
      String owner, String name, double value, boolean inside, String range) {
    if (!inside || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s: %s must be finite and %s but is %s".formatted(owner, name, range, value));
    }
  }

  /**
   * Parses {@code he}, {@code lecun}, {@code glorot}, {@code ntk}, {@code ntk(weightVariance=2,
   * biasVariance=0.1)} or {@code normal(sd=0.05)}.
   *
   * @param text the textual form; ntk's parameters are 2 and 0 if left out
   * @return the initialisation
   * @throws IllegalArgumentException if the text is none of these
   */
  static WeightInit parse(String text) {
    Matcher form = Pattern.compile("\\s*(\\w+)\\s*(?:\\((.*)\\))?\\s*").matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "initialisation: expected a form such as he or normal(sd=0.05) but found \"%s\""
              .formatted(text));
    }
    Map<String, Double> parameters = parameters(text, form.group(2));
    WeightInit init =
        switch (form.group(1)) {
          case "he" -> new He();
          case "lecun" -> new LeCun();
          case "glorot" -> new Glorot();
          case "ntk" ->
              new Ntk(taken(parameters, "weightVariance", 2), taken(parameters, "biasVariance", 0));
          case "normal" -> new Normal(taken(parameters, "sd", Double.NaN));
          default ->
              throw new IllegalArgumentException(
                  "initialisation: unknown \"%s\"; %s"
                      .formatted(
                          form.group(1),
                          NearestWords.suggestion(
                              form.group(1), List.of("he", "lecun", "glorot", "ntk", "normal"))));
        };
    if (!parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "initialisation %s: unknown parameter %s"
              .formatted(form.group(1), parameters.keySet().iterator().next()));
    }
    return init;
  }

  private static double taken(Map<String, Double> parameters, String name, double otherwise) {
    Double value = parameters.remove(name);
    return value == null ? otherwise : value;
  }

  private static Map<String, Double> parameters(String text, String list) {
    Map<String, Double> parameters = new LinkedHashMap<>();
    if (list == null || list.isBlank()) {
      return parameters;
    }
    for (String part : list.split(",", -1)) {
      int equals = part.indexOf('=');
      try {
        String name = part.substring(0, Math.max(equals, 0)).strip();
        double value = Double.parseDouble(part.substring(equals + 1));
        if (!name.isEmpty() && parameters.put(name, value) == null) {
          continue;
        }
      } catch (NumberFormatException _) {
        // Said below like everything else that is not name=number.
      }
      throw new IllegalArgumentException(
          "initialisation \"%s\": expected name=number, each name once, but found \"%s\""
              .formatted(text, part.strip()));
    }
    return parameters;
  }
}
