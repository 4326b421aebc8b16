package dev.lamina.lowering;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is done for every pair of rows.
 *
 * @param instructions the steps in order
 * @param registers number of registers
 * @param outputs number of results per pair
 */
public record EntryProgram(List<Instruction> instructions, int registers, int outputs) {

  /** Copies the list. */
  public EntryProgram {
    instructions = List.copyOf(instructions);
  }

  /** {@return the statistics that the program loads} */
  public Set<PairStatistic> statistics() {
    Set<PairStatistic> all = EnumSet.noneOf(PairStatistic.class);
    for (Instruction i : instructions) {
      if (i instanceof Instruction.Load load) {
        all.add(load.statistic());
      }
    }
    return all;
  }
}
