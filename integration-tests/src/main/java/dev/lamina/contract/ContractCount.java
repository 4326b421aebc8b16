package dev.lamina.contract;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Counts the contract tests of each backend and element type, and prints them at the end: {@code
 * contract tests: cpu float32 123 passed}, with the failed ones if there are any.
 */
final class ContractCount implements TestWatcher {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ContractCount.class);

  @Override
  public void testSuccessful(ExtensionContext context) {
    tally(context).passed++;
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    tally(context).failed++;
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    tally(context).skipped++;
  }

  private static Tally tally(ExtensionContext context) {
    String label =
        context
            .getRequiredTestInstances()
            .findInstance(BackendContract.class)
            .orElseThrow()
            .label();
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Tallies.class, key -> new Tallies(), Tallies.class)
        .of(label);
  }

  /** The tests of one backend and element type. */
  private static final class Tally {
    private int passed;
    private int failed;
    private int skipped;
  }

  /** All tallies of a run; JUnit closes them when the run ends. */
  private static final class Tallies implements AutoCloseable {
    private final Map<String, Tally> byLabel = new TreeMap<>();

    synchronized Tally of(String label) {
      return byLabel.computeIfAbsent(label, key -> new Tally());
    }

    @Override
    @SuppressWarnings("SystemOut") // the count is the product
    public void close() {
      byLabel.remove(""); // not to be counted
      byLabel.forEach((label, tally) ->
          System.out.println(
              "contract tests: "
                  + label
                  + " "
                  + tally.passed
                  + " passed"
                  + (tally.failed > 0 ? ", " + tally.failed + " FAILED" : "")
                  + (tally.skipped > 0 ? ", " + tally.skipped + " SKIPPED" : "")));
    }
  }
}
