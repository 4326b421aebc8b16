package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a benchmark says, and counts its steps. */
final class Told implements BenchListener {
  final List<String> lines = new ArrayList<>();
  long steps;

  @Override
  public void say(String line) {
    lines.add(line);
  }

  @Override
  public void begin(String task, long expected) {}

  @Override
  public void advance(long more) {
    steps += more;
  }
}
