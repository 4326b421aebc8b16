package dev.lamina.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.util.function.Consumer;

/**
 * A configuration value read as a number. Digits are never dropped: 3.7 is not a whole number.
 *
 * @param value a number, or a text that stands for one, as the environment and the command line
 *     give
 */
record ConfigNumber(ConfigValue value) {

  /** A number, or what is wrong with it. */
  record Outcome<N extends Number>(N number, String problem) {
    N orElseReport(Consumer<String> report, N standIn) {
      if (number == null) {
        report.accept(problem);
        return standIn;
      }
      return number;
    }
  }

  Outcome<Long> whole(Bounds bounds, long least, long most) {
    BigDecimal exact = decimal();
    try {
      long number = exact == null ? 0 : exact.longValueExact();
      if (exact != null && number >= least && number <= most && bounds.contains((double) number)) {
        return new Outcome<>(number, "");
      }
    } catch (ArithmeticException _) {
      // Has a fraction or does not fit; said below like everything else that is not allowed.
    }
    return new Outcome<>(null, problem("a whole number", bounds));
  }

  Outcome<Double> real(Bounds bounds) {
    BigDecimal exact = decimal();
    if (exact != null && Double.isFinite(exact.doubleValue())) {
      double number = exact.doubleValue();
      if (bounds.contains(number)) {
        return new Outcome<>(number, "");
      }
    }
    return new Outcome<>(null, problem("a number", bounds));
  }

  private String problem(String what, Bounds bounds) {
    String allowed = bounds.equals(Bounds.ANY) ? what : what + " " + bounds;
    return "must be " + allowed + " but is " + ConfigReader.shown(value);
  }

  private BigDecimal decimal() {
    if (value instanceof ConfigObject || value instanceof ConfigList) {
      return null;
    }
    try {
      return new BigDecimal(value.unwrapped().toString().strip());
    } catch (NumberFormatException _) {
      return null;
    }
  }
}
