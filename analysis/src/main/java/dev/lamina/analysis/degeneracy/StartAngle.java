package dev.lamina.analysis.degeneracy;

/** Where the angle between the two inputs of a prediction comes from. */
public sealed interface StartAngle {

  /** The mean angle between pairs of the study's training inputs. */
  record Measured() implements StartAngle {
    @Override
    public String toString() {
      return "data";
    }
  }

  /**
   * A given angle.
   *
   * @param radians angle in (0, pi]
   */
  record Given(double radians) implements StartAngle {
    /** Checks the range. */
    public Given {
      AngleStep.checkAngle(radians);
    }

    @Override
    public String toString() {
      return Double.toString(radians);
    }
  }

  /**
   * Parses {@code data}, {@code orthogonal} (pi/2) or a number of radians in (0, pi].
   *
   * @param text the text
   * @return the angle's source
   * @throws IllegalArgumentException if the text is none of these
   */
  static StartAngle parse(String text) {
    String word = text.strip();
    return switch (word) {
      case "data" -> new Measured();
      case "orthogonal" -> new Given(Math.PI / 2);
      default -> {
        try {
          yield new Given(Double.parseDouble(word));
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "must be data, orthogonal or an angle in (0, pi] rad but is \"" + text + "\"", e);
        }
      }
    };
  }
}
