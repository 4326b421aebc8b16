package dev.lamina.analysis.network;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a layer of as many outputs as inputs adds to its own of what is in front of it. */
public enum Residual {
  /** Nothing: f = φ(W a + b). */
  NONE("none"),
  /** The pre-activations of the layer before: z = W a + b + z of that layer, f = φ(z). */
  PRE_ACTIVATION("pre-activation"),
  /** Its own inputs, behind the activation: f = a + φ(W a + b). */
  POST_ACTIVATION("post-activation");

  private final String text;

  Residual(String text) {
    this.text = text;
  }

  /**
   * {@return the kind with this name; {@code true} is {@code pre-activation} and {@code false} is
   * {@code none}, as files and configs say that know no other kind}
   *
   * @param text such as {@code post-activation}
   * @throws IllegalArgumentException if there is no such kind
   */
  public static Residual parse(String text) {
    return switch (text) {
      case "true" -> PRE_ACTIVATION;
      case "false" -> NONE;
      default ->
          Arrays.stream(values())
              .filter(kind -> kind.text.equals(text))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "must be one of %s (or true, which is %s, or false) but is \"%s\""
                          .formatted(
                              Arrays.stream(values())
                                  .map(Residual::toString)
                                  .collect(Collectors.joining(", ")),
                              PRE_ACTIVATION,
                              text)));
    };
  }

  /** {@return whether anything is added} */
  public boolean isPresent() {
    return this != NONE;
  }

  /** Returns the name that {@link #parse} takes. */
  @Override
  public String toString() {
    return text;
  }
}
