package dev.lamina.analysis.propagation;

/** Where the cosine between the two inputs of a prediction comes from. */
public sealed interface StartCosine {

  /** The mean cosine between pairs of the study's training inputs. */
  record Measured() implements StartCosine {
    @Override
    public String toString() {
      return "data";
    }
  }

  /**
   * A given cosine.
   *
   * @param cosine in [−1, 1]
   */
  record Given(double cosine) implements StartCosine {
    /** Checks the range. */
    public Given {
      if (!(cosine >= -1 && cosine <= 1)) {
        throw new IllegalArgumentException("must be data or in [−1, 1] but is " + cosine);
      }
    }

    @Override
    public String toString() {
      return Double.toString(cosine);
    }
  }

  /**
   * Parses {@code data} or a number in [−1, 1].
   *
   * @param text the text
   * @return the cosine's source
   * @throws IllegalArgumentException if the text is neither
   */
  static StartCosine parse(String text) {
    String word = text.strip();
    if (word.equals("data")) {
      return new Measured();
    }
    try {
      return new Given(Double.parseDouble(word));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "must be data or a cosine in [−1, 1] but is \"" + text + "\"", e);
    }
  }
}
