package dev.lamina.kernel;

import dev.lamina.kernel.KernelParser.Arguments;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The vocabulary of the textual form: which names there are and which parameters they take. */
final class KernelText {

  /**
   * Deepest network that can be asked for; far beyond use, it keeps a typing error from hurting.
   */
  static final int MAX_DEPTH = 100_000;

  private static final Map<String, Function<Arguments, Kernel>> KERNELS =
      new TreeMap<>(
          Map.of(
              "linear", a -> new Kernel.Linear(a.number("offset", 0)),
              "polynomial",
                  a ->
                      new Kernel.Polynomial(
                          a.integer("degree", 2), a.number("scale", 1), a.number("offset", 0)),
              "gaussian", a -> new Kernel.Gaussian(a.number("lengthScale", 1)),
              "laplace", a -> new Kernel.Laplace(a.number("lengthScale", 1)),
              "matern", a -> new Kernel.Matern(a.number("nu", 1.5), a.number("lengthScale", 1)),
              "rationalQuadratic",
                  a ->
                      new Kernel.RationalQuadratic(
                          a.number("alpha", 1), a.number("lengthScale", 1)),
              "arcCosine", a -> new Kernel.ArcCosine(a.integer("order", 1)),
              "nngp", a -> new Kernel.Nngp(network(a)),
              "ntk", a -> new Kernel.Ntk(network(a))));

  private static final Map<String, Function<Arguments, Activation>> ACTIVATIONS = activations();

  private KernelText() {}

  private static Map<String, Function<Arguments, Activation>> activations() {
    Map<String, Function<Arguments, Activation>> all = new TreeMap<>();
    all.put("relu", a -> Activation.RELU);
    all.put("abs", a -> Activation.ABS);
    all.put("identity", a -> Activation.IDENTITY);
    all.put("leakyRelu", a -> new Activation.PiecewiseLinear(a.number("slope", 0.01)));
    all.put("elu", a -> new Activation.Elu());
    all.put("hardTanh", a -> new Activation.HardTanh());
    all.put("sign", a -> new Activation.Sign());
    all.put("polynomial", a -> new Activation.Polynomial(a.numbers("coefficients")));
    all.put("hermite", a -> new Activation.Hermite(a.numbers("coefficients")));
    for (Activation.Smooth smooth : Activation.Smooth.values()) {
      all.put(smooth.toString(), a -> smooth);
    }
    return all;
  }

  static Kernel parse(String text) {
    return new KernelParser(text, KERNELS, ACTIVATIONS).kernel();
  }

  static Activation parseActivation(String text) {
    return new KernelParser(text, KERNELS, ACTIVATIONS).activation();
  }

  private static InfiniteNetwork network(Arguments a) {
    List<Activation> activations = a.activations("activation", Activation.RELU);
    int depth = a.integer("depth", activations.size());
    if (depth < 1 || depth > MAX_DEPTH) {
      throw a.error("depth", "depth must be 1 to " + MAX_DEPTH + " but is " + depth);
    }
    List<Double> weights = spread(a, "weightVariance", 2, depth + 1);
    List<Double> biases = spread(a, "biasVariance", 0, depth + 1);
    Parametrization parametrization =
        a.choice("parametrization", Parametrization.values(), Parametrization::text);
    List<Integer> widths = List.of();
    if (parametrization == Parametrization.STANDARD) {
      widths =
          spread(a, "width", Double.NaN, depth).stream()
              .map(w -> a.requireInteger("width", w))
              .toList();
    } else if (a.has("width")) {
      throw a.error("width", "width belongs to parametrization=standard only");
    }
    if (activations.size() == 1) {
      activations = Collections.nCopies(depth, activations.getFirst());
    } else if (activations.size() != depth) {
      throw a.error(
          "activation",
          "activation must be one or a list of depth = %d but has %d"
              .formatted(depth, activations.size()));
    }
    return new InfiniteNetwork(
        activations, weights, biases, a.flag("residual"), parametrization, widths);
  }

  private static List<Double> spread(Arguments a, String name, double fallback, int size) {
    if (!a.has(name) && Double.isNaN(fallback)) {
      throw a.error(name, name + " is missing: one hidden width or a list of them");
    }
    List<Double> values = a.has(name) ? a.numbers(name) : List.of(fallback);
    if (values.size() == 1) {
      return Collections.nCopies(size, values.getFirst());
    }
    if (values.size() != size) {
      throw a.error(
          name, "%s must be one number or %d but has %d".formatted(name, size, values.size()));
    }
    return values;
  }

  static String print(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Constant k -> Parameters.number(k.value());
      case Kernel.Linear k ->
          k.offset() == 0 ? "linear()" : "linear(offset=" + Parameters.number(k.offset()) + ")";
      case Kernel.Polynomial k ->
          "polynomial(degree=%d, scale=%s, offset=%s)"
              .formatted(k.degree(), Parameters.number(k.scale()), Parameters.number(k.offset()));
      case Kernel.Gaussian k -> "gaussian(lengthScale=" + Parameters.number(k.lengthScale()) + ")";
      case Kernel.Laplace k -> "laplace(lengthScale=" + Parameters.number(k.lengthScale()) + ")";
      case Kernel.Matern k ->
          "matern(nu=%s, lengthScale=%s)"
              .formatted(Parameters.number(k.nu()), Parameters.number(k.lengthScale()));
      case Kernel.RationalQuadratic k ->
          "rationalQuadratic(alpha=%s, lengthScale=%s)"
              .formatted(Parameters.number(k.alpha()), Parameters.number(k.lengthScale()));
      case Kernel.ArcCosine k -> "arcCosine(order=" + k.order() + ")";
      case Kernel.Nngp k -> "nngp(" + print(k.network()) + ")";
      case Kernel.Ntk k -> "ntk(" + print(k.network()) + ")";
      case Kernel.Sum k ->
          k.terms().stream().map(KernelText::print).collect(Collectors.joining(" + "));
      case Kernel.Product k ->
          k.factors().stream()
              .map(f -> f instanceof Kernel.Sum ? "(" + print(f) + ")" : print(f))
              .collect(Collectors.joining("*"));
    };
  }

  /** Prints what differs from the defaults; the depth always. */
  private static String print(InfiniteNetwork n) {
    StringBuilder text = new StringBuilder("depth=").append(n.depth());
    String activation = one(n.activations(), Activation::toString);
    if (!activation.equals("relu")) {
      text.append(", activation=").append(activation);
    }
    String weights = one(n.weightVariances(), Parameters::number);
    if (!weights.equals("2")) {
      text.append(", weightVariance=").append(weights);
    }
    String biases = one(n.biasVariances(), Parameters::number);
    if (!biases.equals("0")) {
      text.append(", biasVariance=").append(biases);
    }
    if (n.residual()) {
      text.append(", residual=true");
    }
    if (n.parametrization() == Parametrization.STANDARD) {
      text.append(", parametrization=standard, width=").append(one(n.widths(), w -> w.toString()));
    }
    return text.toString();
  }

  private static <T> String one(List<T> values, Function<T, String> print) {
    List<String> texts = values.stream().map(print).toList();
    return texts.stream().distinct().count() == 1
        ? texts.getFirst()
        : texts.stream().collect(Collectors.joining(", ", "[", "]"));
  }
}
