/** The lamina command: assembles backends and analyses and talks to the person at the terminal. */
package dev.lamina.cli;
