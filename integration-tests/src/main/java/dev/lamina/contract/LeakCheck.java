package dev.lamina.contract;

import dev.lamina.matrix.OpenMatrices;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a host matrix open, with the places of allocation if {@code
 * -Dlamina.leak-report=true}.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakCheck.class);

  /** Creates the check. */
  public LeakCheck() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put("bytes", OpenMatrices.bytes());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    long before = context.getStore(NAMESPACE).get("bytes", Long.class);
    long after = OpenMatrices.bytes();
    if (after != before && context.getExecutionException().isEmpty()) {
      StringWriter places = new StringWriter();
      PrintWriter printer = new PrintWriter(places);
      OpenMatrices.places().forEach(place -> place.printStackTrace(printer));
      throw new AssertionError(
          "the test began with %d bytes in open host matrices and ended with %d%n%s"
              .formatted(before, after, places));
    }
  }
}
