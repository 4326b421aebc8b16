package dev.lamina.cli;

import dev.lamina.analysis.study.Progress;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress as a bar with rate and time left, on a terminal only. */
final class ProgressBars implements Progress, AutoCloseable {
  private static final int WIDTH = 100;
  private static final int UPDATE_MILLIS = 200;

  private final Console console;
  private ProgressBar bar;

  ProgressBars(Console console) {
    this.console = console;
  }

  @Override
  public void begin(String task, long steps) {
    clear();
    if (console.interactive()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .setEtaFunction(state ->
                  remaining(state.getCurrent(), state.getMax(), state.getElapsedAfterStart()))
              .showSpeed()
              .clearDisplayOnFinish()
              .build();
    }
  }

  private static java.util.Optional<Duration> remaining(long current, long max, Duration elapsed) {
    return current <= 0 || max <= 0
        ? java.util.Optional.empty()
        : java.util.Optional.of(elapsed.multipliedBy(max - current).dividedBy(current));
  }

  @Override
  public void advance(long steps) {
    if (bar != null) {
      bar.stepBy(steps);
    }
  }

  @Override
  public void close() {
    clear();
  }

  /** Removes the bar, so that something else can be written. */
  void clear() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
