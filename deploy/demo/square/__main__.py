"""`python -m deploy.demo.square`."""

from deploy.demo.square.main import main

if __name__ == "__main__":
    main()
