package dev.lamina.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The textual form: round trips, any text at all, and where errors point. */
class KernelTextTest {
  /**
   * Far more than any text here needs, on a busy machine too; a parser that backtracks or loops
   * takes for ever.
   */
  private static final Duration SOON = Duration.ofMinutes(5);

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void parsingWhatWasPrintedGivesTheSameKernel(@ForAll("kernels") Kernel kernel) {
    assertThat(Kernel.parse(kernel.toString())).isEqualTo(kernel);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void printingIsStable(@ForAll("kernels") Kernel kernel) {
    String text = kernel.toString();
    assertThat(Kernel.parse(text).toString()).isEqualTo(text);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void spaceBetweenWordsMeansNothing(@ForAll("kernels") Kernel kernel) {
    String spaced = kernel.toString().replaceAll("([()\\[\\]*=,])", " $1\t\n");
    assertThat(Kernel.parse(spaced)).isEqualTo(kernel);
  }

  @Property(tries = 1000)
  void parsingAPrintedActivationGivesTheSame(@ForAll("activations") Activation activation) {
    assertThat(Activation.parse(activation.toString())).isEqualTo(activation);
  }

  @Property(tries = 600)
  void anyTextIsAKernelOrASyntaxError(@ForAll("texts") String text) {
    requireKernelOrSyntaxError(text);
  }

  @Property(tries = 800, edgeCases = EdgeCasesMode.NONE)
  void aDamagedKernelIsAKernelOrASyntaxError(
      @ForAll("kernels") Kernel kernel,
      @ForAll("texts") String insertion,
      @ForAll int from,
      @ForAll int length) {
    String text = kernel.toString();
    int cut = Math.floorMod(from, text.length() + 1);
    int end = Math.min(text.length(), cut + Math.floorMod(length, 4));
    requireKernelOrSyntaxError(text.substring(0, cut) + insertion + text.substring(end));
  }

  private static void requireKernelOrSyntaxError(String text) {
    Assertions.assertTimeout(
        SOON,
        () -> {
          try {
            Kernel kernel = Kernel.parse(text);
            assertThat(Kernel.parse(kernel.toString())).isEqualTo(kernel);
          } catch (KernelSyntaxException e) {
            assertThat(e.column()).isBetween(0, text.length());
            assertThat(e.getMessage()).contains("column " + (e.column() + 1));
          }
        });
  }

  @Provide
  Arbitrary<Kernel> kernels() {
    return AnyKernel.nested(2);
  }

  @Provide
  Arbitrary<Activation> activations() {
    return AnyKernel.activation();
  }

  /** Arbitrary characters, and words and signs of the language in arbitrary order. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> words =
        Arbitraries.of(
            "nngp",
            "ntk",
            "linear",
            "gaussian",
            "matern",
            "polynomial",
            "relu",
            "leakyRelu",
            "depth",
            "activation",
            "weightVariance",
            "coefficients",
            "width",
            "standard",
            "nu",
            "(",
            ")",
            "[",
            "]",
            "()",
            "+",
            "*",
            ",",
            "=",
            " ",
            "1",
            "-1",
            "0",
            "1e9",
            "1e999",
            ".",
            "-",
            "e",
            "NaN",
            "Infinity",
            "0x1p3",
            "1f",
            "99999999999",
            "\n",
            "%s",
            "✓");
    return Arbitraries.oneOf(
        List.of(
            Arbitraries.strings().all().ofMaxLength(40),
            Arbitraries.strings().ascii().ofMaxLength(40),
            words.list().ofMaxSize(25).map(w -> String.join("", w))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "nngp(activation=[", "nngp(activation=polynomial(", "2*(1+("})
  void nestingIsBounded(String opening) {
    String text = opening.repeat(200_000);
    Assertions.assertTimeoutPreemptively(
        SOON,
        () ->
            assertThatThrownBy(() -> Kernel.parse(text)).isInstanceOf(KernelSyntaxException.class));
  }

  @Test
  void longTextsTakeLinearTime() {
    String text = "2*gaussian(lengthScale=3)" + "+linear()".repeat(1_000_000);
    Assertions.assertTimeoutPreemptively(
        SOON, () -> assertThat(((Kernel.Sum) Kernel.parse(text)).terms()).hasSize(1_000_001));
  }

  @Test
  void depthIsBoundedByTheTextNotByTheMachine() {
    assertThatThrownBy(() -> Kernel.parse("nngp(depth=2000000000)"))
        .isInstanceOf(KernelSyntaxException.class)
        .hasMessageContaining("depth");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gausian()                               | 0  | gaussian
          2*Linear()                              | 2  | linear
          linear(offset=1) + ngnp(depth=1)        | 19 | nngp
          nngp(activation=relu2)                  | 16 | relu
          nngp(depth=2, activation=[relu, tanhh]) | 32 | tanh
          ntk(activation=leakyrelu(slope=1))      | 15 | leakyRelu
          gaussian(lengthscale=1)                 | 9  | lengthScale
          matern(nu=1.5, lengthScala=2)           | 15 | lengthScale
          nngp(weightVarianz=2)                   | 5  | weightVariance
          """)
  void anUnknownWordIsPointedAtAndTheNearestKnownOneNamed(String text, int column, String known) {
    KernelSyntaxException e =
        catchThrowableOfType(KernelSyntaxException.class, () -> Kernel.parse(text));
    assertThat(e).isInstanceOf(IllegalArgumentException.class);
    assertThat(e.column()).isEqualTo(column);
    assertThat(e.getMessage()).contains("'" + known + "'").contains("column " + (column + 1));
    String pointer = e.getMessage().lines().skip(2).findFirst().orElseThrow();
    assertThat(pointer.indexOf('^')).as("^ stands under the word").isEqualTo(2 + column);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                      | 0  | found the end
          linear(                                 | 7  | parameter name
          linear() +                              | 10 | number or a name
          linear() linear()                       | 9  | '+', '*' or the end
          linear(offset=1, offset=2)              | 17 | twice
          gaussian(lengthScale=-1)                | 0  | lengthScale must be > 0
          gaussian(lengthScale=relu)              | 9  | number
          polynomial(degree=2.5)                  | 11 | whole number
          nngp(depth=0)                           | 5  | depth
          nngp(weightVariance=0)                  | 0  | weightVariance must be > 0
          nngp(biasVariance=-1)                   | 0  | biasVariance must be ≥ 0
          nngp(depth=2, activation=[relu, relu, relu]) | 14 | depth = 2
          nngp(depth=2, weightVariance=[1, 2])    | 14 | 3
          nngp(width=3)                           | 5  | standard
          nngp(parametrization=standart)          | 5  | standard
          ntk(activation=sign)                    | 0  | derivative
          arcCosine(order=3)                      | 0  | order must be ≤ 2
          (linear()                               | 9  | ')'
          [1, 2]                                  | 0  | list
          """)
  void whatIsWrongIsPointedAt(String text, int column, String message) {
    assertThatThrownBy(() -> Kernel.parse(text))
        .isInstanceOfSatisfying(
            KernelSyntaxException.class, e -> assertThat(e.column()).isEqualTo(column))
        .hasMessageContaining(message);
  }
}
